/** How long what comes of a grant lives: as for all grants, or as its kind has it (RFC 10027 section 6.1.10). */
import { GRANT_KINDS, type GrantKind, type Settings, type TokenLives } from '../settings.ts'

/** @param kind `undefined`: of a grant that was opened before kinds were told apart */
export function livesOf({ accessTokenLife, perGrant, refreshAbsolute, refreshIdle }: Settings, kind: GrantKind | undefined): TokenLives {
  const own: Partial<TokenLives> | undefined = kind && perGrant[kind]
  return {
    accessTokenLife: own?.accessTokenLife ?? accessTokenLife,
    refreshAbsolute: own?.refreshAbsolute ?? refreshAbsolute,
    refreshIdle: own?.refreshIdle ?? refreshIdle,
  }
}

/** The longest of any kind, for what has to outlast them all. */
export function longestLives(settings: Settings): TokenLives {
  const all = [undefined, ...GRANT_KINDS].map((kind) => livesOf(settings, kind))
  const longest = (name: keyof TokenLives) => Math.max(...all.map((lives) => lives[name]))
  return {
    accessTokenLife: longest('accessTokenLife'),
    refreshAbsolute: longest('refreshAbsolute'),
    refreshIdle: longest('refreshIdle'),
  }
}
