/** Measurements that run inside the browser, each returning the faults it found as sentences. */

/** Text below WCAG AA against what is painted behind it, and content wider than the window. */
export function faultsOfLooks() {
  const faults = []
  const numbers = (color) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ratio = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
    return (high + 0.05) / (low + 0.05)
  }
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  for (const element of document.querySelectorAll('body *')) {
    const style = getComputedStyle(element)
    const wordy = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '')
    if (wordy && style.clipPath === 'none') {
      const found = ratio(numbers(style.color), behind(element))
      const size = Number.parseFloat(style.fontSize)
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      if (found < (large ? 3 : 4.5)) faults.push(`contrast ${found.toFixed(2)} of "${element.textContent.trim().slice(0, 30)}"`)
    }
    if (element.matches('input:not([type=hidden], [type=checkbox])')) {
      const found = ratio(numbers(style.borderTopColor), behind(element.parentElement))
      if (found < 3) faults.push(`edge ${found.toFixed(2)} of #${element.id}`)
    }
    if (element.matches('button, input:not([type=hidden])')) {
      const box = element.getBoundingClientRect()
      if (box.width < 24 || box.height < 24) faults.push(`target ${box.width}x${box.height} of "${element.textContent || element.id}"`)
    }
  }
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) faults.push(`scrolls sideways: ${scrollWidth} in ${clientWidth}`)
  if (document.activeElement !== document.body) faults.push(`focus starts on ${document.activeElement.outerHTML.slice(0, 60)}`)
  if (document.querySelectorAll('h1, main').length !== 2) faults.push('not exactly one h1 in one main')
  return faults
}

/** The two buttons of the decision, when they differ in anything a person could see. */
export function faultsOfChoices() {
  const [deny, approve] = document.querySelectorAll('button[name=decision]')
  const look = (button) => {
    const { color, backgroundColor, borderTopColor, fontSize, fontWeight, opacity } = getComputedStyle(button)
    const { width, height, top } = button.getBoundingClientRect()
    return JSON.stringify({ color, backgroundColor, borderTopColor, fontSize, fontWeight, opacity, width, height, top })
  }
  return look(deny) === look(approve) ? [] : [`buttons differ: ${look(deny)} ${look(approve)}`]
}
