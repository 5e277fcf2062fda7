import { CommandFault } from './command-fault.ts';
import { type Administration, knownTenant } from './tenant-administration.ts';
import { topicKinds } from './topic-directory.ts';

/** How one may be told, and what an endpoint of it looks like. */
const protocols: Record<string, { pattern: RegExp; rule: string }> = {
  email: { pattern: /^[^@\s]+@[^@\s]+$/, rule: 'a mail address' },
  sms: { pattern: /^\+[1-9]\d{6,14}$/, rule: 'a telephone number such as +4915112345678' },
  sqs: { pattern: /^arn:[\w-]+:sqs:\S+$/, rule: 'the ARN of a queue' },
  https: { pattern: /^https:\/\/\S+$/, rule: 'a URL that begins with https://' },
  lambda: { pattern: /^arn:[\w-]+:lambda:\S+$/, rule: 'the ARN of a function' },
};

export const protocolNames = Object.keys(protocols);

export interface SubscriptionWish {
  topic: string;
  protocol: string;
  endpoint: string;
}

/** Has an endpoint told what one of the tenant's topics tells; throws a CommandFault that says what is wrong. */
export async function subscribe(
  administration: Administration,
  tenantId: string,
  { topic, protocol, endpoint }: SubscriptionWish,
): Promise<'subscribed' | 'unconfirmed'> {
  if (!topicKinds.some((kind) => kind === topic)) {
    throw new CommandFault(`"${topic}" is no topic: give --topic ${topicKinds.join(', ')}.`);
  }
  const known = Object.hasOwn(protocols, protocol) ? protocols[protocol] : undefined;
  if (!known) throw new CommandFault(`"${protocol}" is no protocol: give ${protocolNames.join(', ')}.`);
  if (!known.pattern.test(endpoint)) {
    throw new CommandFault(`"${endpoint}" is no endpoint of ${protocol}: give ${known.rule}.`);
  }
  const tenant = await knownTenant(administration, tenantId);
  const arn = tenant.topics[topic];
  if (!arn) throw new CommandFault(`"${tenantId}" has no topic ${topic} yet; complete it with create.`);
  return administration.subscriptions.subscribe(arn, protocol, endpoint);
}
