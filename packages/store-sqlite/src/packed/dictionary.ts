/**
 * Texts that come again and again, each kept once and counted: a client's name, a scope, the address of a resource. A text is let in when it
 * is seen a second time not long after the first, and goes when nobody uses it any more. Bounded; without room a text stays where it is.
 */
export interface Word {
  readonly text: string
  /** As JSON, where that is the text in quotation marks. */
  readonly quoted: string
  readonly number: number
  uses: number
}

export interface Dictionary {
  /** The word of this text, used once more; `undefined`: it has none. */
  use(text: string): Word | undefined
  word(number: number): Word
  drop(number: number): void
}

/** Longer ones are rare, and would make many words many megabytes. */
const LONGEST = 160
const SEEN = 4096

export function dictionary(most: number): Dictionary {
  const known = new Map<string, Word>()
  const words: (Word | undefined)[] = []
  const free: number[] = []
  /** Hashes of texts that were seen once. */
  const seen = new Uint32Array(SEEN)

  function isSeenAgain(text: string): boolean {
    let hash = 0x811c9dc5
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    hash = (hash ^ (hash >>> 15)) >>> 0
    if (seen[hash % SEEN] === hash) return true
    seen[hash % SEEN] = hash
    return false
  }

  return {
    use(text) {
      if (text.length > LONGEST) return undefined
      let word = known.get(text)
      if (word === undefined) {
        if (known.size >= most || !isSeenAgain(text)) return undefined
        // A copy: part of a row's JSON would keep all of it.
        const own = JSON.parse(JSON.stringify(text)) as string
        word = { text: own, quoted: JSON.stringify(own), number: free.pop() ?? words.length, uses: 0 }
        words[word.number] = word
        known.set(own, word)
      }
      word.uses++
      return word
    },
    word: (number) => words[number] as Word,
    drop(number) {
      const word = words[number] as Word
      if (--word.uses > 0) return
      known.delete(word.text)
      words[number] = undefined
      free.push(number)
    },
  }
}
