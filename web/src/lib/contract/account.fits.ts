import type * as Ours from './account';
import type { Must, Reads, Theirs } from './fits';

export type Account = Must<
  [
    Reads<Theirs['Me'], Ours.Me>,
    Reads<Theirs['SignInWays'], Ours.SignInWays>,
    Reads<Theirs['OwnSession'], Ours.OwnSession>,
    Reads<Theirs['OwnTokens'], Ours.OwnTokens>,
    Reads<Theirs['Factors'], Ours.Factors>,
    Reads<Theirs['NewTotp'], Ours.NewTotp>,
    Reads<Theirs['FactorAdded'], Ours.FactorAdded>,
  ]
>;
