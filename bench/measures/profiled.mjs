// @ts-check
/** Loaded into a server with `--import`: SIGUSR2 starts a CPU profile, and the next one ends it and writes it into the directory BENCH_PROFILE. */
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'

const folder = process.env['BENCH_PROFILE'] ?? '.'
/** @type {Session | undefined} */
let recording

process.on('SIGUSR2', () => void (recording === undefined ? start() : stop(recording)))

async function start() {
  recording = new Session()
  recording.connect()
  await recording.post('Profiler.enable')
  await recording.post('Profiler.setSamplingInterval', { interval: 200 })
  await recording.post('Profiler.start')
  writeFileSync(join(folder, 'started'), '')
}

/** @param {Session} at */
async function stop(at) {
  const { profile } = await at.post('Profiler.stop')
  writeFileSync(join(folder, 'server.cpuprofile'), JSON.stringify(profile))
  writeFileSync(join(folder, 'stopped'), '')
}
