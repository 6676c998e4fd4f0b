import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Consult } from '@/lib/contract';
import { consultQuery } from '@/lib/queries/consults';
import { UploadRunner } from '@/lib/uploads/runner';
import { Attachments } from './attachments';
import { useUploading } from './use-uploading';

/** Completing a consult that was returned or asked about. */
export function AddFiles({ consult }: { consult: Consult }) {
  const client = useQueryClient();
  const [runner] = useState(
    () =>
      new UploadRunner(
        { patient: consult.patient.id, consult: consult.id },
        () => void client.invalidateQueries({ queryKey: consultQuery(consult.id).queryKey }),
      ),
  );
  useUploading(runner);
  return (
    <div className="card-body" style={{ paddingTop: 0 }}>
      <Attachments runner={runner} />
    </div>
  );
}
