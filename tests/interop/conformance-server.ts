/** The server that the conformance suite of MCP wants to find: its tools, prompts and resources, as the official SDK (version 2) serves them. */
import { setTimeout as pause } from 'node:timers/promises'
import {
  acceptedContent,
  type ClientCapabilities,
  completable,
  createMcpHandler,
  createRequestStateCodec,
  type InputRequests,
  inputRequired,
  McpServer,
  type McpServerFactory,
  type ServerContext,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const SILENCE = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA='

const text = (words: string) => ({ type: 'text', text: words }) as const
const said = (...content: object[]) => ({ content }) as { content: { type: 'text'; text: string }[] }
const image = { type: 'image', data: PIXEL, mimeType: 'image/png' } as const
const embedded = (uri: string, mimeType: string, body: string) => ({ type: 'resource', resource: { uri, mimeType, text: body } }) as const
const user = (content: object) => ({ role: 'user', content }) as { role: 'user'; content: { type: 'text'; text: string } }

/** What a person is asked, by form: one text or yes or no. */
const ask = (message: string, name: string, type: 'string' | 'boolean' = 'string') =>
  inputRequired.elicit({
    message,
    requestedSchema: {
      type: 'object',
      properties: { [name]: type === 'string' ? { type: 'string' } : { type: 'boolean' } },
      required: [name],
    },
  })
const sample = (words: string) => inputRequired.createMessage({ messages: [{ role: 'user', content: text(words) }], maxTokens: 100 })

/** To be closed. */
export function conformanceHandler() {
  const states = createRequestStateCodec<string>({ key: new Uint8Array(32).fill(7), ttlSeconds: 60 })
  const factory: McpServerFactory = () => {
    const server = new McpServer(
      { name: 'conformance', version: '1.0.0' },
      { capabilities: { logging: {}, completions: {} }, requestState: { verify: states.verify } },
    )
    const tool = (name: string, run: (context: ServerContext) => unknown) =>
      server.registerTool(name, { description: `For the suite: ${name}.` }, run as () => ReturnType<typeof said>)
    plainTools(tool)
    roundTools(tool, states.mint)
    tool('test_trigger_tool_change', () => {
      handler.notify.toolsChanged()
      return said(text('changed'))
    })
    tool('test_trigger_prompt_change', () => {
      handler.notify.promptsChanged()
      return said(text('changed'))
    })
    prompts(server)
    resources(server)
    return server
  }
  const handler = createMcpHandler(factory)
  return handler
}

interface Declared {
  readonly 'io.modelcontextprotocol/clientCapabilities'?: ClientCapabilities
}

type Register = (name: string, run: (context: ServerContext) => unknown) => void

function plainTools(tool: Register): void {
  tool('test_simple_text', () => said(text('This is a simple text response for testing.')))
  tool('test_image_content', () => said(image))
  tool('test_audio_content', () => said({ type: 'audio', data: SILENCE, mimeType: 'audio/wav' }))
  tool('test_embedded_resource', () => said(embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')))
  tool('test_multiple_content_types', () =>
    said(
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ),
  )
  tool('test_error_handling', () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  tool('test_logging_tool', async ({ mcpReq }) => {
    await mcpReq.log('info', 'a line of a log')
    return said(text('logged'))
  })
  tool('test_tool_with_progress', async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined)
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
      await pause(5)
    }
    return said(text('done'))
  })
  // The SDK refuses by itself what the client has not declared.
  tool('test_missing_capability', () => inputRequired({ inputRequests: { answer: sample('Is sampling there?') } }))
}

/** Tools that need several rounds (MRTR). */
function roundTools(tool: Register, mint: (state: string) => Promise<string>): void {
  /** Comes back for what is missing, and ends when all of it is there. */
  const rounds = (name: string, inputRequests: InputRequests, state?: string) =>
    tool(name, async ({ mcpReq }) => {
      const answers = mcpReq.inputResponses ?? {}
      const stated = state === undefined || mcpReq.requestState<string>() === state
      if (stated && Object.keys(inputRequests).every((key) => key in answers)) return said(text(`state-ok ${JSON.stringify(answers)}`))
      return inputRequired({ inputRequests, ...(state === undefined ? {} : { requestState: await mint(state) }) })
    })
  const name = { user_name: ask('What is your name?', 'name') }
  const roots = { client_roots: inputRequired.listRoots() }
  rounds('test_input_required_result_elicitation', name)
  rounds('test_streaming_elicitation', name)
  rounds('test_input_required_result_sampling', { capital_question: sample('What is the capital of France?') })
  rounds('test_input_required_result_list_roots', roots)
  const confirm = { confirm: ask('Please confirm', 'ok', 'boolean') }
  rounds('test_input_required_result_request_state', confirm, 'one')
  rounds('test_input_required_result_tampered_state', confirm, 'two')
  rounds('test_input_required_result_multiple_inputs', { ...name, greeting: sample('Generate a greeting'), ...roots }, 'three')
  tool('test_input_required_result_multi_round', async ({ mcpReq }) => {
    const before = mcpReq.requestState<string>()
    if (before === 'round 2' && acceptedContent(mcpReq.inputResponses, 'step2') !== undefined) return said(text('done'))
    const second = before === 'round 1' && acceptedContent(mcpReq.inputResponses, 'step1') !== undefined
    return second
      ? inputRequired({
          inputRequests: { step2: ask('Step 2: What is your favorite color?', 'color') },
          requestState: await mint('round 2'),
        })
      : inputRequired({ inputRequests: { step1: ask('Step 1: What is your name?', 'name') }, requestState: await mint('round 1') })
  })
  tool('test_input_required_result_capabilities', ({ mcpReq }) => {
    const declared = (mcpReq.envelope as Declared | undefined)?.['io.modelcontextprotocol/clientCapabilities']
    return inputRequired({
      inputRequests: {
        ...(declared?.elicitation === undefined ? {} : name),
        ...(declared?.sampling === undefined ? {} : { greeting: sample('Generate a greeting') }),
      },
    })
  })
}

function prompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Simple.' }, () => ({
    messages: [user(text('This is a simple prompt for testing.'))],
  }))
  const two = z.object({ arg1: completable(z.string(), (value) => [`${value}ing`]), arg2: z.string() })
  server.registerPrompt('test_prompt_with_arguments', { description: 'Two arguments.', argsSchema: two }, ({ arg1, arg2 }) => ({
    messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
  }))
  const one = z.object({ resourceUri: z.string() })
  server.registerPrompt('test_prompt_with_embedded_resource', { description: 'A resource.', argsSchema: one }, ({ resourceUri }) => ({
    messages: [
      user(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
      user(text('Please process the embedded resource above.')),
    ],
  }))
  server.registerPrompt('test_prompt_with_image', { description: 'An image.' }, () => ({
    messages: [user(image), user(text('Please analyze the image above.'))],
  }))
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks first.' }, (({ mcpReq }: ServerContext) => {
    const context = acceptedContent(mcpReq.inputResponses, 'user_context')
    if (context !== undefined) return { messages: [user(text(`With ${JSON.stringify(context)}`))] }
    return inputRequired({ inputRequests: { user_context: ask('What context should the prompt use?', 'context') } })
  }) as () => { messages: [] })
}

function resources(server: McpServer): void {
  const asText = (uri: string, mimeType: string, body: string) => ({ contents: [{ uri, mimeType, text: body }] })
  server.registerResource('static text', 'test://static-text', { mimeType: 'text/plain' }, ({ href }) =>
    asText(href, 'text/plain', 'This is the content of the static text resource.'),
  )
  server.registerResource('static binary', 'test://static-binary', { mimeType: 'image/png' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'image/png', blob: PIXEL }],
  }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource('template', template, { mimeType: 'application/json' }, ({ href }, { id }) =>
    asText(href, 'application/json', JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` })),
  )
}
