// @ts-check
/** A row to measure stores with: the size and the fields of a device authorization that waits. */
export const waitingRow = {
  state: 'pending',
  clientId: 'countersign-cli',
  scope: ['files:read', 'files:write'],
  resources: ['https://files.example/mcp'],
  keyThumbprint: 'x'.repeat(43),
  deviceName: 'build-box',
  origin: { address: '203.0.113.4', userAgent: 'countersign/0.1' },
  createdAt: Date.now(),
  expiresAt: Date.now() + 300_000,
}
