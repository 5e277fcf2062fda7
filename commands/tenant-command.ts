import { parseArgs } from 'node:util';
import { CommandFault } from './command-fault.ts';
import { erasureVerbs } from './erase/verbs.ts';
import { type TargetOptions, targetHelp, targetOptions } from './stack-target.ts';
import { type Asked, verbs as administrativeVerbs, type Verb } from './tenant-verbs.ts';

/** What the command needs from around it. */
export interface Surroundings extends Pick<Asked, 'print' | 'readText' | 'confirm'> {
  /** Finds the stack and what it is administered with; throws a CommandFault where there is none. */
  connect: (
    options: TargetOptions,
  ) => Promise<Pick<Asked, 'administration' | 'eraser'> & { close: () => void }>;
}

const verbs: Record<string, Verb> = { ...administrativeVerbs, ...erasureVerbs };

const named = ([name, { parameters, usage }]: [string, Verb]): string =>
  [name, ...parameters, usage].filter(Boolean).join(' ');

const tenantHelp = [
  'npm run tenant -- VERB …',
  '',
  ...Object.entries(verbs).flatMap((entry) => [`  ${named(entry)}`, `      ${entry[1].help}`]),
  '',
  targetHelp,
].join('\n');

/** Runs one line of `npm run tenant`. Throws a CommandFault that says what is wrong and what to do. */
export async function runTenantCommand(args: string[], { connect, ...around }: Surroundings): Promise<void> {
  if (args.length === 0 || args.includes('--help') || args[0] === 'help') return around.print(tenantHelp);
  const { name, verb, rest } = findVerb(args);
  const { values, positionals } = parse(name, verb, rest);
  const { stage, region, 'data-dir': dataDir, ...options } = values;
  const { close, ...stack } = await connect({ stage, region, 'data-dir': dataDir } as TargetOptions);
  try {
    await verb.run({ ...stack, ...around, args: positionals, options });
  } finally {
    close();
  }
}

function findVerb(args: string[]): { name: string; verb: Verb; rest: string[] } {
  for (const count of [2, 1]) {
    const name = args.slice(0, count).join(' ');
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb) return { name, verb, rest: args.slice(count) };
  }
  const known = Object.keys(verbs).join(', ');
  throw new CommandFault(
    `"${args[0]}" is nothing that this command does: it knows ${known}; --help says more.`,
  );
}

type Parsed = { values: Record<string, string | boolean | undefined>; positionals: string[] };

function parse(name: string, verb: Verb, args: string[]): Parsed {
  const usage = `use: npm run tenant -- ${named([name, verb])}`;
  const { values, positionals } = parseOptions(verb, args, usage);
  if (positionals.length !== verb.parameters.length || positionals.includes('')) {
    const wanted = verb.parameters.join(' ') || 'nothing';
    throw new CommandFault(`${name} takes ${wanted}, not ${positionals.join(' ') || 'nothing'}; ${usage}`);
  }
  return { values, positionals };
}

function parseOptions(verb: Verb, args: string[], usage: string): Parsed {
  try {
    const options = { ...verb.options, ...targetOptions };
    return parseArgs({ args, options, allowPositionals: true }) as Parsed;
  } catch (error) {
    const [reason] = (error as Error).message.split('. ');
    throw new CommandFault(`${reason?.replace(/\.$/, '')}; ${usage}`);
  }
}
