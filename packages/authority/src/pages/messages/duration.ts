/** Lengths of time in English. */

/** Seconds in words: `42 seconds`, `3 minutes`, `2 minutes 5 seconds`; below zero counts as zero. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const minutes = Math.floor(whole / 60)
  const rest = whole % 60
  if (minutes === 0) return counted(rest, 'second')
  return rest === 0 ? counted(minutes, 'minute') : `${counted(minutes, 'minute')} ${counted(rest, 'second')}`
}

const UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const

/** How long ago, in the largest unit that fits: `just now`, `5 minutes ago`, `3 days ago`. */
export function longAgo(seconds: number): string {
  const fitting = UNITS.find(([length]) => seconds >= length)
  return fitting === undefined ? 'just now' : `${counted(Math.floor(seconds / fitting[0]), fitting[1])} ago`
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
