/** Notes in memory, each seen by the person who wrote it and by nobody else. */

export interface Notes {
  list(owner: Owner): readonly string[]
  add(owner: Owner, text: string): number
}

/** A subject is unique within its issuer only, so it takes both to name a person. */
export interface Owner {
  readonly issuer: string
  readonly subject: string
}

const MOST_NOTES = 100

export function notesInMemory(): Notes {
  const byOwner = new Map<string, string[]>()
  const keyOf = ({ issuer, subject }: Owner) => JSON.stringify([issuer, subject])
  return {
    list: (owner) => byOwner.get(keyOf(owner)) ?? [],
    /** How many there are now. @throws RangeError when the book is full */
    add: (owner, text) => {
      const notes = byOwner.get(keyOf(owner)) ?? []
      if (notes.length >= MOST_NOTES) throw new RangeError(`there is room for ${MOST_NOTES} notes`)
      notes.push(text)
      byOwner.set(keyOf(owner), notes)
      return notes.length
    },
  }
}
