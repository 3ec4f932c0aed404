-- Puts how many came to a session back as it was.
-- ARGV[7]: session. ARGV[8]: "joined peak time".
redis.call('HSET', came, ARGV[7], ARGV[8])
redis.call('PEXPIRE', came, whole(KEPT + STEP))
