/** Moves of one sort that are asked for in one turn leave as one command. All of it happens after it was asked for, so nobody is told anything older than he may be. */
import type { Turn } from './turn.ts'

/** Moves in one command: a longer one would hold up everybody else's. */
export const MOST = 64

interface One<Asked, Answer> {
  readonly asked: Asked
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** `send` answers in the order in which it is asked; when it fails, it fails for all of them. */
export function together<Asked, Answer>(
  turn: Turn,
  send: (asked: readonly Asked[]) => Promise<readonly Answer[]>,
): (asked: Asked) => Promise<Answer> {
  let gathering: One<Asked, Answer>[] | undefined

  function gather(): One<Asked, Answer>[] {
    const all: One<Asked, Answer>[] = []
    turn.end(() => {
      if (gathering === all) gathering = undefined
      send(all.map(({ asked }) => asked)).then(
        (answers) => all.forEach(({ resolve }, at) => resolve(answers[at] as Answer)),
        (error: unknown) => all.forEach(({ reject }) => reject(error)),
      )
    })
    return all
  }
  return (asked) =>
    new Promise((resolve, reject) => {
      if (gathering === undefined || gathering.length >= MOST) gathering = gather()
      gathering.push({ asked, resolve, reject })
    })
}
