import { useEffect, useRef, useState } from 'preact/hooks';
import type { AccountPage } from '../api/answers.ts';
import { useLoad } from '../loading/use-load.ts';
import { Segments } from '../parts/controls.tsx';
import { Card, Empty, Page, Shown } from '../parts/surface.tsx';
import { go, restate } from '../routing/location.ts';
import { hashOf } from '../routing/place.ts';
import { askTenant } from '../session/session.ts';
import { readConfig } from '../session/tenant-config.ts';
import { AccountTable } from './account-table.tsx';

const shows = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Active' },
  { value: 'near', label: 'Near limit' },
  { value: 'reached', label: 'Reached' },
  { value: 'suspended', label: 'Suspended' },
] as const;
type Show = (typeof shows)[number]['value'];

/** What the API is asked for, by what is to be shown. */
const queries: Record<Show, Record<string, string>> = {
  all: {},
  active: { status: 'active' },
  near: { state: 'near' },
  reached: { state: 'reached' },
  suspended: { status: 'suspended' },
};

const pageSize = 50;
/** Somebody who types is waited for. */
const typingMs = 250;
/** The page before each that was gone to, as long as the tab lives: the API only goes forward. */
const before = new Map<string, string>();

export function AccountsView({ query }: { query: Record<string, string> }) {
  const show = shows.find(({ value }) => value === query.show)?.value ?? 'all';
  const { q = '', cursor = '' } = query;
  const loaded = useLoad(`accounts ${show} ${cursor} ${q}`, async (signal) => {
    const [config, page] = await Promise.all([
      readConfig(signal),
      askTenant<AccountPage>({
        path: ['accounts'],
        query: { ...queries[show], q, cursor, limit: pageSize },
        signal,
      }),
    ]);
    return { config, page };
  });
  return (
    <Page name="Accounts" title="Accounts" lead="Usage against limits in the present cycle.">
      <Card class="card-list">
        <div class="filters">
          <Search q={q} show={show} />
          <Segments
            label="Which accounts"
            name="show"
            choices={[...shows]}
            value={show}
            onChoose={(value) => go(hashOf('accounts', [], { q, show: value === 'all' ? '' : value }))}
          />
        </div>
        <Shown loaded={loaded} lines={12}>
          {({ config, page }) => (
            <>
              {page.accounts.length === 0 ? (
                <NoneFound q={q} show={show} hasMore={page.cursor !== undefined} />
              ) : (
                <AccountTable accounts={page.accounts} config={config} />
              )}
              <Pages q={q} show={show} cursor={cursor} page={page} />
            </>
          )}
        </Shown>
      </Card>
    </Page>
  );
}

function Search({ q, show }: { q: string; show: Show }) {
  const [text, setText] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setText(q), [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => restate(hashOf('accounts', [], { q: value, show: show === 'all' ? '' : show })),
      typingMs,
    );
  };
  return (
    <label class="field field-search">
      <span class="unseen">Search accounts by the beginning of their name</span>
      <input
        class="input"
        type="search"
        value={text}
        maxLength={128}
        placeholder="Search: name begins with …"
        onInput={(event) => search(event.currentTarget.value)}
      />
    </label>
  );
}

function NoneFound({ q, show, hasMore }: { q: string; show: Show; hasMore: boolean }) {
  if (hasMore) return <Empty title="None so far.">The list goes on: look at the next page.</Empty>;
  if (q !== '') {
    return (
      <Empty title="No account is called so.">
        Names are searched from their beginning, and capital letters count.{' '}
        <a href={hashOf('accounts', [], { show: show === 'all' ? '' : show })}>Clear the search</a>
      </Empty>
    );
  }
  if (show !== 'all') {
    return (
      <Empty title="There is none of these.">
        <a href={hashOf('accounts')}>Show all accounts</a>
      </Empty>
    );
  }
  return (
    <Empty title="There are no accounts yet.">
      An account is here as soon as its first usage is counted.
    </Empty>
  );
}

function Pages({ q, show, cursor, page }: { q: string; show: Show; cursor: string; page: AccountPage }) {
  const at = (to: string) => hashOf('accounts', [], { q, show: show === 'all' ? '' : show, cursor: to });
  if (page.cursor !== undefined) before.set(page.cursor, cursor);
  if (cursor === '' && page.cursor === undefined) return null;
  const previous = before.get(cursor);
  return (
    <nav class="pages" aria-label="Pages of the list">
      {cursor !== '' && (
        <a class="button" href={at('')}>
          First
        </a>
      )}
      {cursor !== '' && previous !== undefined && previous !== '' && (
        <a class="button" href={at(previous)}>
          Previous
        </a>
      )}
      {page.cursor !== undefined && (
        <a class="button" href={at(page.cursor)}>
          Next
        </a>
      )}
    </nav>
  );
}
