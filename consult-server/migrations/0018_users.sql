-- An account's name has one form: whoever types it with capitals means the same account.
UPDATE account SET login = LOWER(login) WHERE login <> LOWER(login)
    AND NOT EXISTS (SELECT 1 FROM account other WHERE other.login = LOWER(account.login));

-- The places of an entry by themselves: of them a typed word may leave characters out (心内 for 心血管内科), of names it may not.
ALTER TABLE directory_entry ADD COLUMN places TEXT NOT NULL DEFAULT '';
UPDATE directory_entry SET places = (SELECT o.name || '|' || COALESCE(p.specialty, '') || '|' || COALESCE(d.name, '') || '|'
    FROM position x JOIN person p ON p.id = x.person_id JOIN organisation o ON o.id = x.organisation_id
    LEFT JOIN department d ON d.id = x.department_id
    WHERE x.id = directory_entry.position_id);
