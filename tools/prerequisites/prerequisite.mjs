// @ts-check
/**
 * What a prerequisite of the tests is. One file each; tools/test.mjs holds the list.
 * It finds what is there, provides it where it can, and otherwise names the one command to run. It never lets a test be skipped.
 *
 * @typedef {{ used: string, env: Record<string, string> } | { missing: string, command: string }} Provision
 *   `used`: one line that says what the tests run with; `env`: what the tests are told.
 *   `missing`: one line that says what is not there; `command`: the one command that puts it right.
 *
 * @typedef {{ name: string, provide: () => Promise<Provision>, release?: () => Promise<void> }} Prerequisite
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The path of a program on PATH; undefined when there is none. @param {string} name */
export function onPath(name) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}
