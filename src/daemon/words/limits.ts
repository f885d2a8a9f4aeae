/** Bounds that the command and the API share. Nothing is imported here, for the command starts with it. */

/** A search query has at most this many characters. */
export const queryMaxCharacters = 2_000
