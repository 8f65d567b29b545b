/** The credential helpers of other programs, as flags and help. */
import type { Command } from 'commander'
import type { KubectlOptions, UserNameOptions } from './commands/credential-options.ts'
import type { Perform } from './invocation.ts'
import { whichWithoutResult } from './which-flags.ts'

const GIT_HELP = `
For git, in its configuration:
  git config --global credential.https://git.example.com.helper countersign

This finds the program git-credential-countersign, which is this command. The
operations are get, store and erase; store does nothing, since signing in is
what keeps something here, and erase has the token renewed.`

const KUBECTL_HELP = `
For kubectl, in the kubeconfig:
  users:
    - name: me
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          command: countersign
          args: [kubectl-credential, "https://kubernetes.example.com"]
          interactiveMode: IfAvailable

Whoever is not signed in is asked to, if kubectl has a terminal and allows it.`

const DOCKER_HELP = `
For Docker, in ~/.docker/config.json:
  { "credHelpers": { "registry.example.com": "countersign" } }

This finds the program docker-credential-countersign, which is this command.
The operations are get, store, erase and list.`

const USERNAME = ['--username <name>', 'the user name to go with the token', 'oauth2'] as const

/** Adds git-credential, kubectl-credential and docker-credential. */
export function addCredentials(program: Command, perform: Perform): void {
  whichWithoutResult(program.command('git-credential <operation>'))
    .summary('serve git as a credential helper')
    .description('Serve git as a credential helper.')
    .option(...USERNAME)
    .addHelpText('after', GIT_HELP)
    .action((operation: string, options: UserNameOptions) =>
      perform({}, async (invocation) => (await import('./commands/git-credential.ts')).gitCredential(invocation, operation, options)),
    )
  whichWithoutResult(program.command('kubectl-credential <url>'))
    .summary('serve kubectl as a credential plugin')
    .description('Serve kubectl as an exec credential plugin.')
    .addHelpText('after', KUBECTL_HELP)
    .action((url: string, options: KubectlOptions) =>
      perform({}, async (invocation) => (await import('./commands/kubectl-credential.ts')).kubectlCredential(invocation, url, options)),
    )
  whichWithoutResult(program.command('docker-credential <operation>'))
    .summary('serve Docker as a credential helper')
    .description('Serve Docker as a credential helper.')
    .option(...USERNAME)
    .addHelpText('after', DOCKER_HELP)
    .action((operation: string, options: UserNameOptions) =>
      perform({}, async (invocation) => (await import('./commands/docker-credential.ts')).dockerCredential(invocation, operation, options)),
    )
}
