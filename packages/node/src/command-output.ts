/**
 * What a program writes to stdout, for secrets that a program keeps.
 * Invariant: no shell sees the command; nothing the program writes is in an error; when it is given up, nothing of it is waited for.
 */

/** Why there is nothing to take. `ended`: it began and did not end well, with the exit code or the name of a signal. */
export type CommandFault =
  | { readonly type: 'late' }
  | { readonly type: 'too_long' }
  | { readonly type: 'not_started'; readonly code: string }
  | { readonly type: 'ended'; readonly code: number | undefined; readonly signal: string | undefined }

export interface CommandOptions {
  /** Milliseconds. */
  readonly patience: number
  /** Bytes. */
  readonly longest: number
  /** `inherit`: what it says there is the person's; `ignore`: it goes nowhere. */
  readonly stderr: 'inherit' | 'ignore'
  /** The error that tells of a fault. */
  readonly refused: (fault: CommandFault) => Error
}

/** Runs the program, without input, to its end. Rejects with what `refused` gives. */
export async function commandOutput(command: readonly string[], { patience, longest, stderr, refused }: CommandOptions): Promise<Buffer> {
  // Loaded here: whose secret is elsewhere has no use for it.
  const { spawn } = await import('node:child_process')
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', stderr], shell: false, windowsHide: true })
    const chunks: Buffer[] = []
    let size = 0
    const stop = (fault: CommandFault) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      // A child of the child may hold it open still.
      child.stdout.destroy()
      reject(refused(fault))
    }
    const timer = setTimeout(() => stop({ type: 'late' }), patience)
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > longest) stop({ type: 'too_long' })
    })
    child.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => stop({ type: 'not_started', code }))
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(Buffer.concat(chunks))
      else stop({ type: 'ended', code: code ?? undefined, signal: signal ?? undefined })
    })
  })
}
