-- Puts how many came to a session back as it was.
-- ARGV[2]: session. ARGV[3]: "joined peak time".
visit(1)
redis.call('HSET', came, ARGV[2], ARGV[3])
redis.call('PEXPIRE', came, whole(KEPT + STEP))
