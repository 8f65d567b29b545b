/** Programs that start MCP servers: where each keeps its list of servers, and in which words. */
import { posix, win32 } from 'node:path'

/** A server that a host starts as a command. */
export interface ServerEntry {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** The machine as far as paths depend on it. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type HostName = 'claude-code' | 'claude-desktop' | 'cursor' | 'vscode' | 'codex' | 'gemini' | 'zed' | 'cline'

export interface Host {
  readonly name: HostName
  /** As its makers write it. */
  readonly title: string
  readonly format: 'json' | 'toml'
  /** Where in the file its servers are. */
  readonly servers: readonly string[]
  /** Of this person, for all projects. */
  readonly file: (machine: Machine) => string
  /** Of one project, relative to its folder; absent when the host has none. */
  readonly projectFile?: string
  /** What an entry says besides command, arguments and environment. */
  readonly marks?: Readonly<Record<string, string>>
}

/** Every host we know, by the public documentation of each. */
export const HOSTS: readonly Host[] = [
  {
    name: 'claude-code',
    title: 'Claude Code',
    format: 'json',
    servers: ['mcpServers'],
    file: (machine) => under(machine, machine.environment['CLAUDE_CONFIG_DIR'] ?? machine.home, '.claude.json'),
    projectFile: '.mcp.json',
    marks: { type: 'stdio' },
  },
  {
    name: 'claude-desktop',
    title: 'Claude Desktop',
    format: 'json',
    servers: ['mcpServers'],
    file: (machine) => under(machine, applicationFolder(machine), 'Claude', 'claude_desktop_config.json'),
  },
  {
    name: 'cursor',
    title: 'Cursor',
    format: 'json',
    servers: ['mcpServers'],
    file: (machine) => under(machine, machine.home, '.cursor', 'mcp.json'),
    projectFile: '.cursor/mcp.json',
  },
  {
    name: 'vscode',
    title: 'VS Code',
    format: 'json',
    servers: ['servers'],
    file: (machine) => under(machine, applicationFolder(machine), 'Code', 'User', 'mcp.json'),
    projectFile: '.vscode/mcp.json',
    marks: { type: 'stdio' },
  },
  {
    name: 'codex',
    title: 'Codex',
    format: 'toml',
    servers: ['mcp_servers'],
    file: (machine) => under(machine, machine.environment['CODEX_HOME'] ?? under(machine, machine.home, '.codex'), 'config.toml'),
    projectFile: '.codex/config.toml',
  },
  {
    name: 'gemini',
    title: 'Gemini CLI',
    format: 'json',
    servers: ['mcpServers'],
    file: (machine) => under(machine, machine.home, '.gemini', 'settings.json'),
    projectFile: '.gemini/settings.json',
  },
  {
    name: 'zed',
    title: 'Zed',
    format: 'json',
    servers: ['context_servers'],
    file: (machine) =>
      machine.platform === 'win32'
        ? under(machine, applicationFolder(machine), 'Zed', 'settings.json')
        : under(machine, configurationFolder(machine), 'zed', 'settings.json'),
    projectFile: '.zed/settings.json',
    marks: { source: 'custom' },
  },
  {
    name: 'cline',
    title: 'Cline',
    format: 'json',
    servers: ['mcpServers'],
    file: (machine) =>
      under(machine, applicationFolder(machine), 'Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json'),
  },
]

/** What stands in the file of a host for a server. */
export function writtenFor({ marks }: Host, { command, args, env }: ServerEntry): Record<string, unknown> {
  return { ...marks, command, args: [...args], ...(Object.keys(env).length === 0 ? {} : { env: { ...env } }) }
}

function under({ platform }: Pick<Machine, 'platform'>, ...parts: readonly string[]): string {
  return (platform === 'win32' ? win32 : posix).join(...parts)
}

/** Where programs with a window keep what they are told. */
function applicationFolder(machine: Machine): string {
  const { platform, home, environment } = machine
  if (platform === 'win32') return environment['APPDATA'] ?? under(machine, home, 'AppData', 'Roaming')
  return platform === 'darwin' ? under(machine, home, 'Library', 'Application Support') : configurationFolder(machine)
}

function configurationFolder(machine: Machine): string {
  const named = machine.platform === 'darwin' ? undefined : machine.environment['XDG_CONFIG_HOME']
  return named ?? under(machine, machine.home, '.config')
}
