/** The flag of every command that has a result, in the same words everywhere. */
export const JSON_FLAG = ['--json', 'print the result, or the error, as one JSON object on stdout'] as const
