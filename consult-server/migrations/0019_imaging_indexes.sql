-- What studies, series and copies are reached by when one of them is named: without these, each image that arrives and each picture
-- that is asked for looks through all there are. The unique keys begin with the alliance, which those statements have no need to name.
CREATE INDEX series_of_study ON series (study_id, series_no, series_uid);
CREATE INDEX instance_of_study ON instance (study_id, instance_uid);
CREATE INDEX instance_by_hash ON instance (hash);
CREATE INDEX instance_copy_of_instance ON instance_copy (instance_id, filing);
CREATE INDEX instance_copy_by_hash ON instance_copy (hash);

-- In the order in which lists of studies are read: the newest day first, and by UID within it.
DROP INDEX study_by_date;
CREATE INDEX study_by_date ON study (alliance_id, study_date DESC, study_uid, id);
