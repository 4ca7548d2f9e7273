#!/usr/bin/env node
/** Start of the command line; everything else is in main.ts, which tests can import. */
import { mainSafely } from './main.ts';
import { quietWhenClosed } from './output.ts';

quietWhenClosed();
process.exitCode = await mainSafely(process.argv);
