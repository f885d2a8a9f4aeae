/**
 * Texts on their way from the storing step to the search index. They are megabytes at times, so they travel beside
 * the event and not in it; a crash between the two makes the step run again, which brings the text anew.
 */
export class Texts {
  private readonly texts = new Map<string, string>()

  put(snapshotId: string, text: string): void {
    this.texts.set(snapshotId, text)
  }

  take(snapshotId: string): string | null {
    const text = this.texts.get(snapshotId) ?? null
    this.texts.delete(snapshotId)
    return text
  }
}
