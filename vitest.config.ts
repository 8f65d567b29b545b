import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Packages are tested from their sources: the private condition saves a build and makes stack traces point at what was written.
const conditions = ['@countersign/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    globalSetup: ['tools/fresh-programs.mjs'],
    // No module-level mutable state anywhere, so test files may share one module graph: ten times faster.
    pool: 'threads',
    isolate: false,
    // More than half of the time of a worker is spent waiting for other programs and for the clock, so a core takes two.
    maxWorkers: 2 * availableParallelism(),
    // A limit for what hangs, not a judgement on speed: a busy machine must not fail a test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    include: ['packages/*/test/**/*.test.ts', 'requirements/**/*.test.ts', 'tests/**/*.test.ts'],
  },
})
