-- a copy of a production database must never talk to production
UPDATE integration_connector
   SET state = CASE
                   WHEN environment = 'production' THEN 'draft'
                   WHEN state = 'running' THEN 'paused'
                   ELSE state
               END,
       is_testing = false,
       keeps_collecting = keeps_collecting AND environment <> 'production',
       url = CASE
                 WHEN environment = 'production' THEN 'https://neutralized.invalid'
                 ELSE url
             END
 WHERE environment = 'production'
    OR state = 'running'
    OR is_testing;

-- secrets of production systems have no place in a copy
DELETE FROM integration_credential
 WHERE connector_id IN (
       SELECT id
         FROM integration_connector
        WHERE environment = 'production'
);
