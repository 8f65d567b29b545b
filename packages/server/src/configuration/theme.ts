/** How the pages look, as the configuration file says it: the words of the authority, but the logo is the path of a file. */
import { readFileSync, statSync } from 'node:fs'
import { type Theme, themeFault } from '@countersign/authority'
import { CountersignError } from '@countersign/protocol'
import { line, objectOf, type Read } from './expect.ts'
import { filePath } from './keys.ts'

export interface ThemeKeys extends Omit<Theme, 'logo'> {
  readonly logo?: string
}

/** More than any logo that is taken: what is larger is not even read. */
const LARGEST_READ = 1_048_576

export const theme: Read<ThemeKeys> = (value, path) => {
  const read = objectOf<Required<ThemeKeys>>({
    accent: line,
    nightAccent: line,
    background: line,
    nightBackground: line,
    font: line,
    logo: filePath,
  })(value, path)
  const { logo: _, ...shown } = read
  refuseFault(themeFault(shown), path)
  return read
}

/**
 * The theme with the bytes of its logo.
 * @throws CountersignError `configuration_invalid` when there is no such file or it is no logo
 */
export function openTheme({ logo: file, ...shown }: ThemeKeys): Theme {
  if (file === undefined) return shown
  const logo = bytesOf(file)
  const fault = themeFault({ logo })
  refuseFault(fault && `${fault}, found "${file}"`, 'theme')
  return { ...shown, logo }
}

function bytesOf(file: string): Uint8Array {
  try {
    return statSync(file).size > LARGEST_READ ? new Uint8Array() : readFileSync(file)
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read'
    throw new CountersignError('configuration_invalid', `theme.logo: the file "${file}" ${why}`, { cause })
  }
}

function refuseFault(fault: string | undefined, path: string): void {
  if (fault !== undefined) throw new CountersignError('configuration_invalid', `${path}.${fault}`)
}
