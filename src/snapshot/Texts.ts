/**
 * Texts on their way from the storing step to the search index. They are megabytes at times, so they travel beside
 * the event and not in it; a crash between the two makes the step run again, which brings the text anew.
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

  take(snapshotId: string): string | null {
    const text = this.texts.get(snapshotId) ?? null
    this.texts.delete(snapshotId)
    return text
  }
}
