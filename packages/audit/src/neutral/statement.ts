/** Statements of SQL that stand in texts. */

/** Whether a text is a statement of SQL. */
export function isStatement(text: string): boolean {
  return /^\s*(?:select\b[^]*\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b[^]*\bset|delete\s+from|replace\s+into|with)\b/i.test(text)
}

/** The columns that an UPDATE sets. */
export function columnsSet(text: string): string[] {
  const list = /\bupdate\b[^]*?\bset\b([^]*?)(?:\bwhere\b|$)/i.exec(text)?.[1] ?? ''
  return [...list.matchAll(/([A-Za-z_]\w*)\s*=/g)].map(([, column]) => column ?? '')
}
