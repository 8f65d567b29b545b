/** The grade as a ring and the sides of a login as bars: drawn by hand, so that nothing has to be loaded. */
import { AXES, AXIS_TITLES } from '../verdict/axis.ts'
import type { Grade } from '../verdict/grade.ts'

const RADIUS = 52
const ROUND = 2 * Math.PI * RADIUS

export function gradeRing({ letter, score }: Grade): string {
  const isGraded = letter !== 'ungraded'
  const filled = isGraded ? (ROUND * score) / 100 : 0
  const label = isGraded ? `Grade ${letter}, ${score} of 100` : 'No grade'
  return `<svg class="ring grade-${letter}" viewBox="0 0 128 128" role="img" aria-label="${label}">
<circle class="track" cx="64" cy="64" r="${RADIUS}"/>
<circle class="filled" cx="64" cy="64" r="${RADIUS}" stroke-dasharray="${filled.toFixed(1)} ${ROUND.toFixed(1)}" transform="rotate(-90 64 64)"/>
<text x="64" y="${isGraded ? 74 : 70}" class="${isGraded ? 'letter' : 'none'}">${isGraded ? letter : 'no grade'}</text>
${isGraded ? `<text x="64" y="95" class="score">${score} / 100</text>` : ''}</svg>`
}

/** One row for each side that was judged. */
export function axesPicture({ axes }: Grade): string {
  const rows = AXES.filter((axis) => axes[axis] !== undefined).map((axis) => {
    const score = axes[axis] ?? 0
    const look = score >= 80 ? 'good' : score >= 60 ? 'fair' : 'poor'
    return `<tr><th scope="row">${AXIS_TITLES[axis]}</th><td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="${look}" width="${score}" height="10"/></svg></td><td class="number ${look}">${score}</td></tr>`
  })
  if (rows.length === 0) return ''
  return `<section><h2>Sides of the login</h2>
<table class="axes"><caption class="unseen">Score of each side, 0 to 100</caption><tbody>${rows.join('')}</tbody></table></section>`
}
