// @ts-check
/** Finds files of the repository by folder and ending. */
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './steps.mjs'

/** Folders that hold nothing written by hand. */
const SKIPPED = new Set(['node_modules', 'dist', '.git', '.cache'])

/**
 * Paths, relative to the root and sorted, of the files below a folder whose names end in `ending`; none when the folder is absent.
 * @param {string} folder
 * @param {string} ending
 * @returns {string[]}
 */
export function filesUnder(folder, ending) {
  const absolute = join(root, folder)
  if (!existsSync(absolute)) return []
  return readdirSync(absolute, { withFileTypes: true })
    .flatMap((entry) => {
      const path = relative(root, join(absolute, entry.name))
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesUnder(path, ending)
      return entry.isFile() && entry.name.endsWith(ending) ? [path] : []
    })
    .sort()
}

/** The folders of the packages, such as packages/protocol. @returns {string[]} */
export function packageFolders() {
  return readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort()
}
