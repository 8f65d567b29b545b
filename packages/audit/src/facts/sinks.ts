/** Where values end up: logs and screens, files, browsers, shells. */
import type { Call, Func, Node } from '../neutral/tree.ts'
import { calleeOf, childrenOf, lastWord, pathOf, wordOf } from '../neutral/walk.ts'
import { MASKS } from './spots.ts'

const LOGGERS =
  /^(?:console|log|logger|logging|consola|winston|pino|slog|zap|zerolog|sugar|_?log|_?logger|glog|logrus|klog|debug|tracing|fmt|structlog|sentry|slogger)$/
const LEVELS =
  /^(?:log|debug|info|warn|warning|error|critical|fatal|trace|print|println|printf|exception|verbose|success|notice|debugf|infof|warnf|errorf|fatalf|debugw|infow|errorw|debug_context|info_context|error_context|warn_context|print_|fprintf|fprintln|pprint|dump|dir|table|msg|msgf|log_json|logjson|echo|box|start|secho)$/
const ALONE =
  /^(?:print|pprint|println|log|debug|echo|log_(?:info|debug|error|warn|json|action|value|request|response|table|section|box|output|payload|result|token.*|.*)|dump|print_.*|console_log|write_line|puts)$/

/** Whether a call writes its arguments for people to read: a log, a terminal. */
export function isLog(call: Call): boolean {
  const path = pathOf(call.callee).map(wordOf)
  const name = path.at(-1) ?? ''
  if (path.length <= 1) return ALONE.test(name)
  const before = path.slice(0, -1)
  if (/^(?:errorf|sprintf|sprint|sprintln|new)$/.test(name)) return false
  if (/^f?print/.test(name) && before.includes('fmt')) return !name.startsWith('sprint')
  return (
    (LEVELS.test(name) &&
      before.some((part) => LOGGERS.test(part) || /log(?:ger)?$|spinner|console|printer|(?:^|_)out$|tracer$/.test(part))) ||
    (name === 'write' && /stdout|stderr/.test(path.join('.'))) ||
    (/^log_|^print/.test(name) && ALONE.test(name))
  )
}

/** The parts of a call's arguments that are shown as they are: not those that are measured, hashed or cut first. */
export function shown(call: Call): Node[] {
  const found: Node[] = []
  const visit = (node: Node): void => {
    if (node.kind === 'call' && MASKS.test(lastWord(node.callee))) return
    if (node.kind === 'field' && /^(?:length|size)$/.test(node.name)) return
    if (node.kind === 'unary' && node.op === '!') return
    if (node.kind === 'binary' && /^(?:==|!=|<|>|in|not in)/.test(node.op)) return
    if (node.kind === 'conditional') {
      visit(node.yes)
      visit(node.no)
      return
    }
    found.push(node)
    if (node.kind === 'field' || node.kind === 'lambda') return
    for (const child of node.kind === 'call' ? node.args.map(({ value }) => value) : childrenOf(node)) visit(child)
  }
  for (const { value } of call.args) visit(value)
  return found
}

const WRITES =
  /^(?:write_file|write_file_sync|write_text|write_bytes|output_file|output_json|output_json_sync|write_json|write_json_sync|append_file|create_write_stream|save_to_file|outputfile|write_config|write_config_as|safe_write_config|write_atomic)$/

/** Whether a call writes a file, and what it is given. */
export function isFileWrite(call: Call): boolean {
  const path = pathOf(call.callee).map(wordOf)
  const name = path.at(-1) ?? ''
  if (WRITES.test(name)) return true
  if (name === 'open' && path.length === 1)
    return call.args.some(
      ({ value, name: as }, index) => (index === 1 || as === 'mode') && value.kind === 'text' && /[wax]/.test(value.value),
    )
  if (name === 'open' && path.length > 1)
    return call.args.some(
      ({ value, name: as }, index) => (index <= 1 || as === 'mode') && value.kind === 'text' && /^[wax]b?t?\+?$/.test(value.value),
    )
  if (name === 'open_file') return true
  if (name === 'fdopen') return call.args.some(({ value }) => value.kind === 'text' && /^[wa]/.test(value.value))
  if (name === 'write' && path.length === 2 && path[0] === 'os') return true
  return name === 'create' && path[0] === 'os'
}

const KEEPERS =
  /key_?ring|key_?chain|keytar|credential_?manager|secret_?service|safe_?storage|dpapi|wincred|libsecret|credential_?store|persistence_?creator|secure_?store/
const CIPHERS = /encrypt|cipher|fernet|aes|secretbox|nacl|seal(?:ed|_box)?$|kms|vault/

export function namesKeeper(words: Iterable<string>): boolean {
  for (const word of words) if (KEEPERS.test(word)) return true
  return false
}

export function namesCipher(words: Iterable<string>): boolean {
  for (const word of words) if (CIPHERS.test(word) && !/unencrypted|encryption_?(?:off|disabled)/.test(word)) return true
  return false
}

/** Calls that show an address in a browser. */
export function opensBrowser(call: Call, func: Func): boolean {
  const path = calleeOf(call)
  const name = lastWord(call.callee)
  if (
    /^(?:webbrowser\.open(?:_new(?:_tab)?)?|browser\.Open\w*|open\.(?:Run|Start)\w*|opener\.\w*[oO]pen\w*|shell\.openExternal|vscode\.env\.openExternal)$/.test(
      path,
    )
  )
    return true
  if (
    /^(?:open_?(?:url|browser|in_browser|uri|link|external|page)|launch_?(?:browser|url|uri)|start_browser|browse|open_default_browser|try_open_browser|maybe_open_browser|open_device_url|open_verification_\w+)$/.test(
      name,
    )
  )
    return true
  // `import * as open from 'open'`
  if (
    call.callee.kind === 'field' &&
    call.callee.base.kind === 'name' &&
    /^(?:default|open)$/.test(call.callee.name) &&
    func.file.imports.some(({ module, names }) => OPENERS.test(module) && names.some(([local]) => local === path.split('.')[0]))
  )
    return true
  return (
    name === 'open' &&
    call.callee.kind === 'name' &&
    (func.file.imports.some(({ module, names }) => OPENERS.test(module) && names.some(([local]) => local === lastNameOf(call))) ||
      /(?:import|require)\(['"](?:open|opn|better-opn)['"]\)/.test(func.file.text))
  )
}

const OPENERS = /^(?:open|opn|better-opn|opener|openurl)$/

function lastNameOf(call: Call): string {
  return call.callee.kind === 'name' ? call.callee.name : ''
}

/** Calls that start another program. */
export function isSpawn(call: Call): boolean {
  const path = calleeOf(call)
  // `/pattern/.exec(text)` starts nothing.
  if (path === 'exec' && call.callee.kind !== 'name') return false
  return /^(?:(?:child_process|cp|childProcess)\.)?(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|execa|execaCommand)$|^execAsync$|^os\.(?:system|popen)$|^subprocess\.(?:run|call|Popen|check_call|check_output)$|^exec\.Command(?:Context)?$|^asyncio\.create_subprocess_(?:shell|exec)$|^promisify\(exec\)$/.test(
    path,
  )
}
