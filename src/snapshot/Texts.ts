/**
 * Texts on their way from the storing step to the search index. They are megabytes at times, so they travel beside
 * the event and not in it; a crash between the two makes the step run again, which brings the text anew. A text stays
 * until the commit that indexes it is through, for a commit that fails is done again.
 */

/** More than steps can be on their way at once; beyond it the oldest goes, which a step left that was interrupted. */
const maxTexts = 128

export class Texts {
  private readonly texts = new Map<string, string>()

  put(snapshotId: string, text: string): void {
    this.texts.delete(snapshotId)
    this.texts.set(snapshotId, text)
    for (const oldest of this.texts.keys()) {
      if (this.texts.size <= maxTexts) break
      this.texts.delete(oldest)
    }
  }

  get(snapshotId: string): string | null {
    return this.texts.get(snapshotId) ?? null
  }

  drop(snapshotId: string): void {
    this.texts.delete(snapshotId)
  }
}
