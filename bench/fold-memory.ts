/** Folds the batch of a file in a fresh process and prints its peak resident set in KiB: run by fold.ts. */
import { readFileSync } from 'node:fs';
import { foldOnce } from './fold.ts';

await foldOnce(JSON.parse(readFileSync(process.argv[2] as string, 'utf8')));
console.log(process.resourceUsage().maxRSS);
