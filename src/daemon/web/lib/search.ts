/**
 * The query of the address as it stands there. The router's own decodes it before it is taken apart, and once more
 * afterwards: an address given to `/add` that holds `%20` came out cut.
 */
export { useSearch } from "wouter/use-browser-location"
