// The reading desk of one consult. The one feature that may import others: it composes viewer, ECG, call and
// report, which know nothing of each other.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Consult } from '@/lib/contract';
import { consultQuery, useConsultCommand } from '@/lib/queries/consults';
import { useMe } from '@/lib/session';
import { Loaded } from '@/ui/states';
import { Desk } from './desk';
import { DeskHeader } from './desk-header';
import '../reading.css';

export function ReadingPage() {
  const { consultId } = useParams({ strict: false });
  const query = useQuery(consultQuery(consultId ?? ''));
  return (
    <div className="desk" data-testid="desk">
      <Loaded query={query} loading={<div className="desk-loading" />}>
        {(consult) => <Open key={consult.id} consult={consult} />}
      </Loaded>
    </div>
  );
}

function Open({ consult }: { consult: Consult }) {
  useStart(consult);
  return (
    <>
      <DeskHeader consult={consult} />
      <Desk consult={consult} />
    </>
  );
}

/** Reading begins when whoever has taken the consult opens it here: that is its first picture. */
function useStart(consult: Consult) {
  const me = useMe();
  const { mutate } = useConsultCommand(consult.id);
  const asked = useRef(0);
  const due = consult.allowed.includes('start') && consult.assignee?.id === me.person.id;
  const { version } = consult;
  useEffect(() => {
    // Once for each version: a refusal is repeated only when something has changed since.
    if (!due || asked.current === version) return;
    asked.current = version;
    mutate({ command: 'start', version });
  }, [due, version, mutate]);
}
