import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Which hosts an issuer may have: `any` is for issuers that the operator runs beside the stack. */
export type IssuerNetwork = 'public' | 'any';

/** IANA's special-purpose registries: what is not reached over the public internet, or is a way around it. */
const notPublic = new BlockList();
for (const range of [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
].flatMap((line) => line.split(' '))) {
  const [net = '', prefix] = range.split('/');
  notPublic.addSubnet(net, Number(prefix), 'ipv4');
}
for (const range of ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']) {
  const [net = '', prefix] = range.split('/');
  notPublic.addSubnet(net, Number(prefix), 'ipv6');
}
/** All public IPv6 addresses; loopback, local, mapped and translated ones lie outside. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublic.check(address, 'ipv4');
  return family === 6 && globalUnicast.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

const urlCharactersMax = 512;

/** What is wrong with the URL of an issuer, or of its keys; undefined where nothing is. */
export function issuerUrlFault(text: string, network: IssuerNetwork): string | undefined {
  const url = URL.canParse(text) && text.length <= urlCharactersMax ? new URL(text) : undefined;
  if (!url) return `must be a URL of at most ${urlCharactersMax} characters`;
  const isSecure = url.protocol === 'https:' || (network === 'any' && url.protocol === 'http:');
  if (!isSecure) return 'must begin with https://';
  if (/[?#]/.test(text) || url.username || url.password) {
    return 'must have no query, fragment, user or password';
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (network === 'public' && isIP(host) && !isPublicAddress(host)) return 'must name a public host';
  return undefined;
}

/**
 * Resolves a name as a connection needs it, and fails where any of its addresses is not public. The connection
 * is made to the very addresses that were checked, so a name cannot change its mind in between.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '');
    const hidden = addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address));
    if (hidden) return callback(new Error(`${hostname} is not a public host`), '');
    if (options.all) return callback(null, addresses);
    const [first] = addresses as [LookupAddress];
    callback(null, first.address, first.family);
  });
};
