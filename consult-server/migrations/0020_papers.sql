-- Emergencies whose papers wait, for the to-do lists: few among all that is due.
CREATE INDEX timer_of_papers ON timer (alliance_id, subject_id) WHERE kind = 'complete_record';
