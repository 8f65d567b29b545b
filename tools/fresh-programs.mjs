// @ts-check
/** Before tests run: the programs they start are built from the sources they read. */
import { bundleStale } from './bundle.mjs'

export const setup = bundleStale
