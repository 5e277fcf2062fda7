/** What views are laid out with: pages, cards, notes, empty and waiting states. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { wordsOf } from '../api/problem-words.ts';
import type { Loaded } from '../loading/use-load.ts';

interface PageProps {
  title: ComponentChildren;
  /** For the tab and the history. */
  name: string;
  /** Links to the views above this one. */
  trail?: ComponentChildren;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A view's page. Its heading takes the focus when the view opens, so that it is read out and Tab goes on from it. */
export function Page({ title, name, trail, lead, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · Tidegate`;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [name]);
  return (
    <main class="page" id="main">
      <header class="page-head">
        <div class="page-title">
          {trail && (
            <nav class="trail" aria-label="Above this page">
              {trail}
            </nav>
          )}
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}

interface CardProps {
  title?: string;
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Card({ title, aside, class: extra = '', children }: CardProps) {
  return (
    <section class={`card ${extra}`} aria-label={title}>
      {(title || aside) && (
        <header class="card-head">
          {title && <h2>{title}</h2>}
          {aside && <div class="card-aside">{aside}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** One figure under its name. */
export function Figure({
  label,
  children,
  note,
}: {
  label: ComponentChildren;
  children: ComponentChildren;
  note?: ComponentChildren;
}) {
  return (
    <div class="figure">
      <div class="figure-label">{label}</div>
      <div class="figure-value">{children}</div>
      <div class="figure-note">{note}</div>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p class="empty-text">{children}</p>}
    </div>
  );
}

type Tone = 'info' | 'good' | 'warn' | 'bad';

/** Something to know. `role` is set where it comes up by itself. */
export function Note({
  tone = 'info',
  title,
  role,
  actions,
  children,
}: {
  tone?: Tone;
  title: ComponentChildren;
  role?: 'alert' | 'status';
  actions?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class={`note note-${tone}`} role={role}>
      <div class="note-body">
        <p class="note-title">{title}</p>
        {children && <div class="note-text">{children}</div>}
      </div>
      {actions && <div class="note-actions">{actions}</div>}
    </div>
  );
}

/** Why something is not there, and a button to ask again. */
export function FaultNote({ fault, retry }: { fault: unknown; retry?: () => void }) {
  const { title, advice, detail } = wordsOf(fault);
  return (
    <Note
      tone="bad"
      role="alert"
      title={title}
      actions={
        retry && (
          <button type="button" class="button" onClick={retry}>
            Try again
          </button>
        )
      }
    >
      {advice}
      {detail && (
        <>
          {' '}
          <bdi class="detail">{detail}</bdi>
        </>
      )}
    </Note>
  );
}

/** The place of what is still to come, of its size. */
export function Waiting({ lines = 3, isSlow = false }: { lines?: number; isSlow?: boolean }) {
  return (
    <div class="waiting" role="status">
      <span class="unseen">Loading</span>
      {Array.from({ length: lines }, (_, index) => (
        <span class="waiting-line" key={index} />
      ))}
      {isSlow && <p class="slow">Still waiting for an answer. The connection or the service is slow.</p>}
    </div>
  );
}

/**
 * Shows what was loaded, or why it was not, or that it is on its way. What is there stays while it is asked for again;
 * a refresh that failed is told above it.
 */
export function Shown<T>({
  loaded,
  lines,
  children,
}: {
  loaded: Loaded<T>;
  lines?: number;
  children: (data: T) => ComponentChildren;
}) {
  const { data, fault, isLoading, isSlow, reload } = loaded;
  if (data === undefined) {
    if (fault !== undefined && !isLoading) return <FaultNote fault={fault} retry={reload} />;
    return <Waiting lines={lines ?? 3} isSlow={isSlow} />;
  }
  return (
    <>
      {fault !== undefined && !isLoading && <FaultNote fault={fault} retry={reload} />}
      {children(data)}
    </>
  );
}
