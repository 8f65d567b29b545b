/** Which files of a client are about signing in: what leads to a login is often a whole program, with words of its own. */
import type { SourceFile } from '../neutral/tree.ts'
import type { ClientUnit } from './roles.ts'
import { folderOf } from './surroundings.ts'

/** Files that name a client, a grant or a code; and what lies beside the poll. */
export function loginFiles({ files, root, poll }: ClientUnit): Set<SourceFile> {
  const beside = new Set([root, ...(poll === undefined ? [] : [poll.redeem])].map(folderOf))
  return new Set(files.filter((file) => beside.has(folderOf({ file })) || /client_?id|device_?(?:code|auth)|grant_?type/i.test(file.text)))
}
