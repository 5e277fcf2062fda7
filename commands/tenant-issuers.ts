import type { Issuer } from '../domain/tenancy/tenant-directory.ts';
import { type IssuerNetwork, issuerUrlFault } from '../infra/authorizer/public-host.ts';
import { CommandFault } from './command-fault.ts';
import { type Administration, knownTenant } from './tenant-administration.ts';

const issuersMax = 10;
const textCharactersMax = 256;

/**
 * Lets tokens of this issuer in as the tenant's. Repeating it with other claims or another audience replaces them.
 * The claim that names the tenant is one for all tenants of an issuer.
 */
export async function addIssuer(
  administration: Administration,
  tenantId: string,
  { issuer, network }: { issuer: Issuer; network: IssuerNetwork },
): Promise<void> {
  checkIssuer(issuer, network);
  const { directory } = administration;
  const tenant = await knownTenant(administration, tenantId);
  const others = tenant.issuers.filter(({ url }) => url !== issuer.url);
  if (others.length >= issuersMax) {
    throw new CommandFault(`"${tenantId}" has ${issuersMax} issuers, which is the most; remove one first.`);
  }
  const claim = await directory.findTenantClaim(issuer.url);
  if (claim !== undefined && claim !== issuer.tenantClaim)
    await refuseWhereUsed(administration, tenantId, issuer);
  await directory.putTenantClaim(issuer.url, issuer.tenantClaim);
  await directory.update({ ...tenant, issuers: [...others, issuer] });
}

function checkIssuer(issuer: Issuer, network: IssuerNetwork): void {
  const fault = issuerUrlFault(issuer.url, network);
  if (fault) throw new CommandFault(`The issuer's --url ${fault}.`);
  for (const name of ['audience', 'tenantClaim', 'scopeClaim'] as const) {
    const length = issuer[name].length;
    if (length > 0 && length <= textCharactersMax) continue;
    const option = name.replace('Claim', '-claim');
    throw new CommandFault(`The issuer's --${option} must have 1 to ${textCharactersMax} characters.`);
  }
}

async function refuseWhereUsed(
  { directory }: Administration,
  tenantId: string,
  { url, tenantClaim }: Issuer,
): Promise<void> {
  for await (const other of directory.list()) {
    const same = other.tenantId === tenantId ? undefined : other.issuers.find((issuer) => issuer.url === url);
    if (!same) continue;
    throw new CommandFault(
      `The tokens of ${url} name the tenant in "${same.tenantClaim}" (see ${other.tenantId}), not in "${tenantClaim}": it is one claim for all tenants of an issuer.`,
    );
  }
}

/** Lets its tokens in no more, within a minute. */
export async function removeIssuer(
  administration: Administration,
  tenantId: string,
  url: string,
): Promise<void> {
  const tenant = await knownTenant(administration, tenantId);
  const issuers = tenant.issuers.filter((issuer) => issuer.url !== url);
  if (issuers.length === tenant.issuers.length) {
    throw new CommandFault(`"${tenantId}" has no issuer ${url}; see issuer list ${tenantId}.`);
  }
  await administration.directory.update({ ...tenant, issuers });
}
