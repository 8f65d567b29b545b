/** What is said of a target in which nobody logs in with a code. */
import { wholePath } from '../collect/bundles.ts'
import { mentionsDeviceFlow } from '../collect/prefilter.ts'
import type { Subject } from './roles.ts'

const MOST_NAMED = 3

/** A sentence when there is neither a client nor a server; nothing otherwise. */
export function noFlowNotes({ clients, server, project }: Subject, files: number): string[] {
  if (clients.length > 0 || server !== undefined) return []
  const paths = [...new Set(project.files.flatMap(({ path, text }) => (mentionsDeviceFlow(text) ? [wholePath(path)] : [])))]
  if (paths.length === 0)
    return [`No device flow was found: nothing in ${files === 1 ? 'the file' : `${files} files`} that could be read speaks of one.`]
  const named = `${paths.slice(0, MOST_NAMED).join(', ')}${paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : ''}`
  return [
    `No device flow was found: ${named} ${paths.length === 1 ? 'has' : 'have'} words of one, and nothing there polls for tokens, hands out codes or redeems them.`,
  ]
}
