/** What stands around every view: the navigation, whose console it is, and the way out. */
import type { ComponentChildren } from 'preact';
import { place } from '../routing/location.ts';
import type { View } from '../routing/place.ts';
import { hashOf } from '../routing/place.ts';
import { mayManage, session, signOut, zone } from '../session/session.ts';
import { Icon, Mark } from './icons.tsx';
import { Name } from './text.tsx';

const entries = [
  { view: 'overview', label: 'Overview', views: ['overview'] },
  { view: 'accounts', label: 'Accounts', views: ['accounts', 'account', 'device'] },
  { view: 'traffic', label: 'Traffic', views: ['traffic'] },
  { view: 'anomalies', label: 'Anomalies', views: ['anomalies', 'anomaly'] },
] as const;

export function Shell({ children }: { children: ComponentChildren }) {
  const { view } = place.value;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>('h1')?.focus()}>
        Skip to content
      </button>
      <header class="side">
        <div class="side-in">
          <a class="brand" href={hashOf('overview')}>
            <Mark />
            <span>Tidegate</span>
          </a>
          <nav class="tabs" aria-label="Views">
            {entries.map((entry) => {
              const isHere = (entry.views as readonly View[]).includes(view);
              return (
                <a
                  key={entry.view}
                  href={hashOf(entry.view)}
                  class={isHere ? 'tab tab-here' : 'tab'}
                  aria-current={isHere ? 'page' : undefined}
                >
                  <Icon name={entry.view} />
                  <span>{entry.label}</span>
                </a>
              );
            })}
          </nav>
          <Who />
        </div>
      </header>
      {children}
    </div>
  );
}

function Who() {
  const { value } = session;
  if (value.state !== 'in') return null;
  return (
    <div class="who">
      <div class="who-text">
        <div class="who-tenant">
          <Name text={value.who.tenantId} />
        </div>
        <div class="who-scope">{mayManage.value ? 'May change settings' : 'Read only'}</div>
        <div class="who-scope">{zone.value}</div>
      </div>
      <button type="button" class="button button-quiet sign-out" onClick={() => signOut()}>
        <Icon name="signOut" />
        <span>Sign out</span>
      </button>
    </div>
  );
}
