/** Whole sessions at the command line, compared with what is written down in sessions/. The format is told in format.ts. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { parseTranscript, writeTranscript } from './format.ts'
import { play } from './play.ts'
import { startServers } from './servers.ts'

const folder = fileURLToPath(new URL('sessions/', import.meta.url))

for (const file of readdirSync(folder)) {
  const path = `${folder}${file}`
  const transcript = parseTranscript(readFileSync(path, 'utf8'))
  test.concurrent(`${file.replace('.txt', '').replaceAll('-', ' ')}`, { timeout: 120_000 }, async ({ expect }) => {
    const servers = await startServers(transcript.settings.server)
    try {
      await expect(writeTranscript(transcript, await play(transcript, servers))).toMatchFileSnapshot(path)
      expect(servers.failures).toEqual([])
    } finally {
      servers.close()
    }
  })
}
