import type { Account, Standing, TenantConfig } from '../api/answers.ts';
import { readShare } from '../format/quantity.ts';
import { AccountBadge, LimitBar } from '../parts/badges.tsx';
import { Name, Quantity, When } from '../parts/text.tsx';
import { hashOf } from '../routing/place.ts';
import { unitOf } from '../session/tenant-config.ts';

/** Accounts with their usage against their limits. Short: without the plan and the share. */
export function AccountTable({
  accounts,
  config,
  isShort = false,
}: {
  accounts: Account[];
  config: TenantConfig | undefined;
  isShort?: boolean;
}) {
  return (
    <table class={isShort ? 'table table-accounts table-short' : 'table table-accounts'}>
      <thead>
        <tr>
          <th scope="col">Account</th>
          {!isShort && (
            <th scope="col" class="wide-only">
              Plan
            </th>
          )}
          <th scope="col">Usage this cycle</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => (
          <tr key={account.accountId}>
            <td class="cell-name">
              <a href={hashOf('account', [account.accountId])}>
                <Name text={account.accountId} />
              </a>
            </td>
            {!isShort && (
              <td class="wide-only muted">
                {account.plan === undefined ? '—' : <Name text={account.plan} />}
              </td>
            )}
            <td class="cell-usage">
              {account.meters
                .filter((standing) => isTelling(standing, account))
                .map((standing) => (
                  <Usage
                    key={standing.meter}
                    standing={standing}
                    unit={unitOf(config, standing.meter)}
                    isShort={isShort}
                  />
                ))}
            </td>
            <td class="cell-status">
              <AccountBadge account={account} />
              {account.suspendedUntil && (
                <span class="cell-note">
                  until <When at={account.suspendedUntil} style="short" />
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Meters without a limit and without usage say nothing, unless there are no others. */
const isTelling = ({ limit, used }: Standing, { meters }: Account): boolean =>
  limit !== undefined ||
  Number(used) > 0 ||
  meters.every((each) => each.limit === undefined && Number(each.used) === 0);

function Usage({
  standing,
  unit,
  isShort,
}: {
  standing: Standing;
  unit: string | undefined;
  isShort: boolean;
}) {
  return (
    <div class="usage">
      <div class="usage-text">
        <span class="usage-meter">{standing.meter}</span>
        <span class="usage-used">
          <Quantity of={standing.used} unit={unit} />
          {standing.limit !== undefined && (
            <span class="muted">
              {' '}
              of <Quantity of={standing.limit} unit={unit} />
            </span>
          )}
        </span>
        {standing.ratio !== undefined && !isShort && (
          <span class="usage-share">{readShare(standing.ratio)}</span>
        )}
      </div>
      <LimitBar standing={standing} unit={unit} />
    </div>
  );
}
