/** Answers that may be there already. Most of what a poll asks is at hand, and every promise on its way costs as much as a look into the store. */
export type Awaitable<T> = T | Promise<T>

/** A question that was asked ahead of time, and whose failure nobody hears of unless the answer is awaited. */
export function begun<T>(asked: Awaitable<T>): Awaitable<T> {
  if (asked instanceof Promise) asked.catch(() => undefined)
  return asked
}

/** What `ask` answers; when it fails, at once or later, what `recover` makes of the failure. */
export function recovered<T>(ask: () => Awaitable<T>, recover: (error: unknown) => Awaitable<T>): Awaitable<T> {
  try {
    const answer = ask()
    return answer instanceof Promise ? answer.catch(recover) : answer
  } catch (error) {
    return recover(error)
  }
}

/** `apply` of the value: at once when it is there, else when it comes. Throws what `apply` throws at once; whoever awaits sees no difference. */
export function whenKnown<A, B>(value: Awaitable<A>, apply: (value: A) => Awaitable<B>): Awaitable<B> {
  return value instanceof Promise ? value.then(apply) : apply(value)
}

/** All of them, which were asked for together: at once when none is still to come. */
export function allKnown<T>(values: readonly Awaitable<T>[]): Awaitable<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[])
}
