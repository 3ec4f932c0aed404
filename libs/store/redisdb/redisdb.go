// Package redisdb is how every service uses Redis or Valkey: one server, one behind Sentinels,
// or a Cluster. It sends only what Redis 7, Redis 8 and Valkey all understand.
//
// New makes a DB and Connect waits until it is of use. Run carries out a Script for many keys in
// one pipeline, and finds the masters of a Cluster that have them (nodes.go). Persist asks again
// what Redis has put off (again.go). Keys are made by DB.Key: what must change together has the
// same tag, and so the same hash slot. What is stored under them is the services' own.
package redisdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/storemetrics"
)

const (
	dialTimeout = time.Second
	// ioTimeout bounds one reply; the caller's deadline may come sooner.
	ioTimeout = 3 * time.Second
	// retries of what the connection lost. Every write of ours is safe to repeat.
	retries    = 2
	minBackoff = 10 * time.Millisecond
	maxBackoff = 100 * time.Millisecond
	// connectionLife is for how long a connection is used, more or less: an address
	// may lead to another master by then.
	connectionLife = time.Minute
	// lookEvery is how often a Redis that does not answer at the start is tried.
	lookEvery = 200 * time.Millisecond
)

// DB is a Redis with our options. It is safe for concurrent use once connected.
type DB struct {
	client  redis.UniversalClient
	options *redis.UniversalOptions
	prefix  string
	now     func() time.Time
	log     *slog.Logger

	meter       metric.Meter
	observer    observer
	conflicts   metric.Int64Counter
	damages     *damages
	nodes       *nodes
	spread      spread
	connections metric.Registration // nil until connected
}

// Options are what a DB is used with.
type Options struct {
	Name  string           // the service: Redis lists the connections under it
	Now   func() time.Time // nil: Redis's own time, so that all processes agree on it
	Meter metric.Meter
	Log   *slog.Logger
	// Patience is for how long Redis, or a node of a Cluster, is waited for, 0 for as long as a
	// service can afford. A test of something else waits longer: its machine may be busy.
	Patience time.Duration
}

// New returns the DB that config names, without connecting.
func New(config Config, opts Options) (*DB, error) {
	secure, err := newSecurity(config, opts.Log)
	if err != nil {
		return nil, err
	}
	options := &redis.UniversalOptions{
		Addrs:      config.Addrs,
		MasterName: config.Master,
		ClientName: opts.Name,
		CredentialsProviderContext: func(context.Context) (string, string, error) {
			password, err := config.Password.Read() // anew, as it may have been changed
			return config.Username, password, err
		},
		DialTimeout:           max(dialTimeout, opts.Patience),
		DialerRetries:         1,
		ReadTimeout:           max(ioTimeout, opts.Patience),
		WriteTimeout:          max(ioTimeout, opts.Patience),
		ContextTimeoutEnabled: true,
		ConnMaxLifetime:       connectionLife,
		ConnMaxLifetimeJitter: connectionLife / 2,
		MaxRetries:            retries,
		MinRetryBackoff:       minBackoff,
		MaxRetryBackoff:       maxBackoff,
		DisableIdentity:       true, // not understood by Redis 7.0
		MaintNotificationsConfig: &maintnotifications.Config{
			Mode: maintnotifications.ModeDisabled, // these are sent by Redis Cloud only
		},
	}
	if secure != nil {
		options.Dialer = secure.dial
	}
	operations, err := storemetrics.New(opts.Meter, "redis", opts.Name)
	conflicts, err2 := newConflicts(opts.Meter)
	damages, err3 := newDamages(opts)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	db := &DB{
		options: options, prefix: config.Prefix, now: opts.Now, log: opts.Log,
		meter: opts.Meter, observer: observer{operations}, conflicts: conflicts, damages: damages, nodes: newNodes(opts.Patience),
	}
	db.open()
	return db, nil
}

func (db *DB) open() {
	db.client = redis.NewUniversalClient(db.options)
	db.client.AddHook(db.observer)
}

// Connect returns when Redis is of use, or with the error of ctx, or at once
// with a refusal that time will not change, such as of a password. Whether one
// address is that of a Cluster's node is asked of Redis.
func (db *DB) Connect(ctx context.Context) error {
	addresses := strings.Join(db.options.Addrs, ",")
	reason := ""
	for {
		err := db.look(ctx)
		if err == nil {
			_, cluster := db.client.(*redis.ClusterClient)
			db.log.Info("redis answers", "addresses", addresses, "cluster", cluster)
			db.warnOfEviction(ctx)
			db.connections, err = db.watchConnections()
			return err
		}
		if final(err) {
			return fmt.Errorf("connect to redis %s: %w", addresses, err)
		}
		if err.Error() != reason && ctx.Err() == nil {
			reason = err.Error()
			db.log.Warn("redis is not ready, waiting for it", "addresses", addresses, "err", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("connect to redis %s: %w", addresses, errors.Join(ctx.Err(), err))
		case <-time.After(lookEvery):
		}
	}
}

// look returns nil if Redis can be used.
func (db *DB) look(ctx context.Context) error {
	if single, ok := db.client.(*redis.Client); ok && db.options.MasterName == "" {
		info, err := single.Info(ctx, "cluster").Result()
		if errors.As(err, new(redis.Error)) && !final(err) {
			err = nil // it has nothing to say of Clusters; whether it is ready is asked below
		}
		if err != nil {
			return err
		}
		if strings.Contains(info, "cluster_enabled:1") {
			if err := single.Close(); err != nil {
				return err
			}
			db.options.IsClusterMode = true
			db.open()
		}
	}
	return db.client.Ping(ctx).Err() // INFO is answered while data is loaded
}

// final tells of what Redis says to this configuration and will say again.
func final(err error) bool {
	for _, prefix := range []string{"WRONGPASS", "NOAUTH", "NOPERM", "DENIED"} {
		if redis.HasErrorPrefix(err, prefix) {
			return true
		}
	}
	return false
}

// Client is for single commands; their errors belong through StorageError.
func (db *DB) Client() redis.UniversalClient { return db.client }

// Close ends all connections.
func (db *DB) Close() error {
	var err error
	db.nodes.close()
	if db.connections != nil {
		err = db.connections.Unregister()
	}
	return errors.Join(err, db.client.Close())
}

// Key returns the name of a key. Keys of one tag are in one hash slot, whatever
// the tag, and so can be changed together; two tags never share a key.
func (db *DB) Key(kind, tag, part string) string {
	return db.prefix + kind + ":{" + url.QueryEscape(tag) + "}" + part
}

// StorageError makes an error of Redis one with a code: Storage, or Unavailable
// where the caller's time was up first. Either way a write may have been made.
func StorageError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return apierr.Wrap(apierr.Unavailable, err, "redis did not answer in time")
	default:
		return apierr.Wrap(apierr.Storage, err, "storage failed")
	}
}
