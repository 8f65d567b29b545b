/** Moves of one sort that are asked for in one turn leave as one command. All of it happens after it was asked for, so nobody is told anything older than he may be. */
import type { Crowd } from './crowd.ts'
import type { Turn } from './turn.ts'

/** Moves in one command: a longer one would hold up everybody else's. Where keys lie on several servers each has its own, and fails by itself. */
const MOST = 64

export interface TogetherPorts {
  readonly crowd: Pick<Crowd, 'enter' | 'leave'>
  readonly turn: Turn
  /** Whether keys may lie on several servers. */
  readonly spread: boolean
}

interface One<Asked, Answer> {
  readonly asked: Asked
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * `send` answers in the order in which it is asked; when it fails, it fails for all of them.
 * `understand` makes of such an answer what was asked for; when it throws, it does so for one.
 */
export function together<Asked, Reply, Answer>(
  { crowd, turn, spread }: TogetherPorts,
  send: (asked: readonly Asked[]) => Promise<readonly Reply[]>,
  understand: (reply: Reply, asked: Asked) => Answer,
): (asked: Asked) => Promise<Answer> {
  const most = spread ? 1 : MOST
  let gathering: One<Asked, Answer>[] | undefined

  function leave(all: readonly One<Asked, Answer>[]) {
    send(all.map(({ asked }) => asked)).then(
      (replies) => {
        crowd.leave(all.length)
        all.forEach((one, at) => answer(one, replies[at] as Reply))
      },
      (error: unknown) => {
        crowd.leave(all.length)
        for (const { reject } of all) reject(error)
      },
    )
  }
  function answer({ asked, resolve, reject }: One<Asked, Answer>, reply: Reply) {
    try {
      resolve(understand(reply, asked))
    } catch (error) {
      reject(error)
    }
  }
  return (asked) =>
    new Promise((resolve, reject) => {
      crowd.enter()
      const one = { asked, resolve, reject }
      if (gathering !== undefined && gathering.length < most) return void gathering.push(one)
      const all = [one]
      gathering = all
      turn.end(() => {
        if (gathering === all) gathering = undefined
        leave(all)
      })
    })
}
