import type { ParseArgsOptionsConfig } from 'node:util';
import { keyIdTenant } from '../domain/tenancy/api-key.ts';
import { settingsOf } from '../domain/tenancy/tenant-config.ts';
import { type ApiKey, type Rate, rates } from '../domain/tenancy/tenant-directory.ts';
import { CommandFault } from './command-fault.ts';
import type { Eraser } from './erase/eraser.ts';
import { asTable } from './table.ts';
import {
  type Administration,
  createTenant,
  issueKey,
  knownTenant,
  revokeKey,
  setConfig,
} from './tenant-administration.ts';
import { addIssuer, removeIssuer } from './tenant-issuers.ts';
import { protocolNames, subscribe } from './tenant-subscriptions.ts';
import { topicKinds } from './topic-directory.ts';

/** What a verb is asked: its arguments, its options, where its lines go and where its files come from. */
export interface Asked {
  administration: Administration;
  eraser: Eraser;
  /** As many as `parameters` names. */
  args: string[];
  options: Record<string, string | boolean | undefined>;
  print: (line: string) => void;
  readText: (file: string) => Promise<string>;
  /** Whether whoever runs it says yes; false where nobody can be asked. */
  confirm: (question: string) => Promise<boolean>;
}

/** One verb of the tenant command. */
export interface Verb {
  parameters: string[];
  options: ParseArgsOptionsConfig;
  /** How it is used beyond its name and parameters, and what it does. */
  usage: string;
  help: string;
  run: (asked: Asked) => Promise<void>;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const words = (option: string | boolean | undefined): string[] | undefined =>
  typeof option === 'string' ? option.split(',').map((word) => word.trim()) : undefined;

const day = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 10);

/** What `npm run tenant` can do, by name; `issuer` verbs have two words. */
export const verbs: Record<string, Verb> = {
  create: {
    parameters: ['TENANT'],
    options: { rate: text },
    usage: `[--rate ${rates.join('|')}]`,
    help: 'makes the tenant; run again it completes what is missing',
    async run({ administration, args: [tenantId = ''], options, print }) {
      const { rate } = options;
      if (rate !== undefined && !rates.includes(rate as Rate)) {
        throw new CommandFault(`"${rate}" is no rate: give ${rates.join(' or ')}.`);
      }
      const { tenant, isNew } = await createTenant(administration, tenantId, rate as Rate | undefined);
      print(`${tenantId} ${isNew ? 'is made' : 'was there; it is complete'}, with the ${tenant.rate} rate.`);
      if (isNew) print(`It needs a key: npm run tenant -- key ${tenantId} --scopes ingest,read`);
    },
  },
  list: {
    parameters: [],
    options: {},
    usage: '',
    help: 'lists the tenants',
    async run({ administration, print }) {
      const rows = [['TENANT', 'SINCE', 'RATE', 'ISSUERS']];
      for await (const { tenantId, createdAt, rate, issuers } of administration.directory.list()) {
        rows.push([tenantId, day(createdAt), rate, String(issuers.length)]);
      }
      if (rows.length === 1) print('There is no tenant yet; make one with create.');
      else asTable(rows).map(print);
    },
  },
  key: {
    parameters: ['TENANT'],
    options: { scopes: text, accounts: text, devices: text },
    usage: '--scopes ingest,read,manage [--accounts A,B] [--devices D,E]',
    help: 'issues an API key and prints it, once; bound to accounts or devices where they are given',
    async run({ administration, args: [tenantId = ''], options, print }) {
      const scopes = words(options.scopes);
      if (!scopes) throw new CommandFault('Give the scopes of the key, such as --scopes ingest,read.');
      const bounds = { accounts: words(options.accounts), devices: words(options.devices) };
      const { keyId, key } = await issueKey(administration, tenantId, { scopes, ...bounds });
      print(key);
      print(`Keep it: it is shown this once. To end it: npm run tenant -- revoke ${keyId}`);
    },
  },
  keys: {
    parameters: ['TENANT'],
    options: {},
    usage: '',
    help: 'lists the keys of the tenant, without their secrets',
    async run({ administration, args: [tenantId = ''], print }) {
      await knownTenant(administration, tenantId);
      const keys = await administration.directory.listKeys(tenantId);
      if (keys.length === 0) print(`${tenantId} has no key yet; issue one with key.`);
      else asTable([['KEY ID', 'SCOPES', 'SINCE', 'LAST USED', 'STATE'], ...keys.map(keyRow)]).map(print);
    },
  },
  revoke: {
    parameters: ['KEYID'],
    options: {},
    usage: '',
    help: 'ends a key: within a minute nobody gets in with it',
    async run({ administration, args: [keyId = ''], print }) {
      await revokeKey(administration, keyId);
      print(`${keyId} of ${keyIdTenant(keyId)} is revoked: within a minute nobody gets in with it.`);
    },
  },
  config: {
    parameters: ['TENANT'],
    options: { set: text },
    usage: '[--set FILE]',
    help: 'prints the configuration, or puts the one of a JSON file in force',
    async run({ administration, args: [tenantId = ''], options, print, readText }) {
      await knownTenant(administration, tenantId);
      if (typeof options.set === 'string') {
        const { revision } = await setConfig(administration, tenantId, await readJson(options.set, readText));
        print(`Revision ${revision} is in force within 5 seconds.`);
        return;
      }
      const config = await administration.history.latest(tenantId);
      if (!config) throw new CommandFault(`"${tenantId}" has no configuration; complete it with create.`);
      print(JSON.stringify({ revision: config.revision, ...settingsOf(config) }, undefined, 2));
    },
  },
  subscribe: {
    parameters: ['TENANT'],
    options: { topic: text, protocol: text, endpoint: text },
    usage: `--topic ${topicKinds.join('|')} --protocol ${protocolNames.join('|')} --endpoint E`,
    help: 'has a person or a program told what becomes of accounts, of anomalies or of the data themselves',
    async run({ administration, args: [tenantId = ''], options, print }) {
      const [topic, protocol, endpoint] = [options.topic, options.protocol, options.endpoint].map((option) =>
        String(option ?? ''),
      ) as [string, string, string];
      const outcome = await subscribe(administration, tenantId, { topic, protocol, endpoint });
      if (outcome === 'subscribed') print(`${endpoint} is told of ${topic} of ${tenantId} from now on.`);
      else print(`${endpoint} is asked to confirm; then it is told of ${topic} of ${tenantId}.`);
    },
  },
  'issuer add': {
    parameters: ['TENANT'],
    options: { url: text, audience: text, 'tenant-claim': text, 'scope-claim': text, 'any-host': flag },
    usage: '--url U --audience A [--tenant-claim tenant] [--scope-claim scope]',
    help: 'lets JWTs of this issuer in; --any-host where the stack runs with issuerNetwork any',
    async run({ administration, args: [tenantId = ''], options, print }) {
      const { url, audience } = options;
      if (typeof url !== 'string' || typeof audience !== 'string') {
        throw new CommandFault(
          'Give the --url of the issuer, as in the iss of its tokens, and their --audience.',
        );
      }
      const issuer = {
        url,
        audience,
        tenantClaim: String(options['tenant-claim'] ?? 'tenant'),
        scopeClaim: String(options['scope-claim'] ?? 'scope'),
      };
      await addIssuer(administration, tenantId, { issuer, network: options['any-host'] ? 'any' : 'public' });
      print(`JWTs of ${url} for ${audience} are let in as ${tenantId} within a minute.`);
    },
  },
  'issuer list': {
    parameters: ['TENANT'],
    options: {},
    usage: '',
    help: 'lists the issuers of the tenant',
    async run({ administration, args: [tenantId = ''], print }) {
      const { issuers } = await knownTenant(administration, tenantId);
      const rows = issuers.map((one) => [one.url, one.audience, one.tenantClaim, one.scopeClaim]);
      if (rows.length === 0) print(`${tenantId} has no issuer; add one with issuer add.`);
      else asTable([['URL', 'AUDIENCE', 'TENANT CLAIM', 'SCOPE CLAIM'], ...rows]).map(print);
    },
  },
  'issuer remove': {
    parameters: ['TENANT'],
    options: { url: text },
    usage: '--url U',
    help: 'lets its JWTs in no more, within a minute',
    async run({ administration, args: [tenantId = ''], options: { url }, print }) {
      if (typeof url !== 'string') throw new CommandFault('Give the --url of the issuer, as in issuer list.');
      await removeIssuer(administration, tenantId, url);
      print(`JWTs of ${url} are let in as ${tenantId} no more, within a minute.`);
    },
  },
};

function keyRow({ keyId, scopes, createdAt, lastUsedDay, revokedAt, accounts, devices }: ApiKey): string[] {
  const bounds = [...(accounts ?? []), ...(devices ?? [])];
  const state = revokedAt === undefined ? 'valid' : `revoked ${day(revokedAt)}`;
  const bound = bounds.length > 0 ? `, bound to ${bounds.join(', ')}` : '';
  return [keyId, scopes.join(','), day(createdAt), lastUsedDay ?? 'never', state + bound];
}

async function readJson(file: string, readText: Asked['readText']): Promise<unknown> {
  const content = await readText(file).catch((error: Error) => {
    throw new CommandFault(`${file} cannot be read (${error.message}); give the path of a JSON file.`);
  });
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new CommandFault(`${file} is not JSON (${(error as Error).message}).`);
  }
}
