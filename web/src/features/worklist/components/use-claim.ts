// Taking a consult: the server decides who was first, and its 409 says who has it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '@/lib/api';
import type { Consult, ConsultRow } from '@/lib/contract';
import { asProblem, type Problem } from '@/lib/problem';
import { consultQuery } from '@/lib/queries/consults';

export function useClaim() {
  const client = useQueryClient();
  const [refused, setRefused] = useState<{ id: string; problem: Problem } | null>(null);
  const mutation = useMutation({
    mutationFn: (row: ConsultRow) =>
      call<Consult>('POST', `consults/${row.id}/claim`, { body: {}, version: row.version }),
    onMutate: () => setRefused(null),
    onSuccess: (consult) => client.setQueryData(consultQuery(consult.id).queryKey, consult),
    onError: (error, row) => setRefused({ id: row.id, problem: asProblem(error) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['consult', 'list'] }),
  });
  return {
    claim: (row: ConsultRow, taken: (id: string) => void) => {
      if (!mutation.isPending) mutation.mutate(row, { onSuccess: () => taken(row.id) });
    },
    pending: mutation.isPending ? mutation.variables.id : null,
    refused,
  };
}
