//! consult-server: the composition of referral, imaging, media and web, and the subjects that need a store.
//! Subjects are folders with the same rooms in each; a folder uses only those before it (see ARCHITECTURE.md).

pub mod access;
pub mod admin;
pub mod audit;
pub mod beds;
pub mod break_glass;
pub mod conference;
pub mod config;
pub mod consults;
pub mod crypto;
pub mod db;
pub mod demo;
pub mod directory;
pub mod documents;
pub mod error;
pub mod followup;
pub mod gate;
pub mod ground;
pub mod http;
pub mod ids;
pub mod messages;
pub mod metrics;
pub mod names;
pub mod notices;
pub mod page;
pub mod patients;
pub mod referrals;
pub mod refs;
pub mod routes;
pub mod routing;
pub mod settings;
pub mod studies;
pub mod time;
pub mod tls;
pub mod todos;
pub mod worker;

use crate::access::oidc;
use crate::conference::Rooms;
use crate::config::Config;
use crate::consults::inputs::Inputs;
use crate::documents::Shelf;
use crate::error::{Refusal, Result};
use crate::gate::Gate;
use crate::ground::Ground;
use crate::ids::Entropy;
use crate::messages::attached::Attached;
use crate::notices::{Hub, Post};
use crate::studies::Imaging;
use crate::time::Clock;
use crate::tls::Tls;
use axum::extract::FromRef;
use axum_server::tls_rustls::RustlsAcceptor;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Everything a handler may reach, put together once.
#[derive(Clone, FromRef)]
pub struct App {
    pub ground: Ground,
    pub oidc: oidc::Provider,
    pub imaging: Imaging,
    pub shelf: Shelf,
    pub hub: Hub,
    pub post: Post,
    pub rooms: Rooms,
    pub ready: Ready,
    pub shutdown: CancellationToken,
}

/// Whether the store is migrated and, in the demo, filled.
#[derive(Clone)]
pub struct Ready(tokio::sync::watch::Sender<bool>);

impl Default for Ready {
    fn default() -> Self {
        Self(tokio::sync::watch::Sender::new(false))
    }
}

impl Ready {
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    pub async fn wait(&self) {
        let mut ready = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ready = ready.wait_for(|ready| *ready).await;
    }
}

impl App {
    pub async fn open(config: Config, clock: Clock, entropy: Entropy) -> Result<Self> {
        use_one_cryptography();
        let oidc = oidc::Provider::of(&config)?;
        let post = Post::of(&config)?;
        let ground = Ground::open(config, clock, entropy).await?;
        let imaging = Imaging::open(&ground, Arc::new(Inputs))?;
        let shelf = Shelf { blobs: imaging.blobs.clone(), holders: Arc::new(Attached) };
        Ok(Self {
            ground,
            oidc,
            imaging,
            shelf,
            hub: Hub::default(),
            post,
            rooms: Rooms::default(),
            ready: Ready::default(),
            shutdown: CancellationToken::new(),
        })
    }
}

/// For everything that speaks TLS, the clients of tests too; whoever was here first has chosen the same.
pub fn use_one_cryptography() {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
}

/// The sockets, bound before anything else so that a port in use is said at once.
pub struct Listeners {
    pub http: TcpListener,
    pub dimse: TcpListener,
    pub metrics: TcpListener,
    pub tls: Option<Tls>,
}

impl Listeners {
    pub async fn bind(config: &Config) -> Result<Self> {
        use_one_cryptography();
        Ok(Self {
            tls: Tls::open(&config.http)?,
            http: bind(config.http.listen, "http.listen").await?,
            dimse: bind(config.dimse.listen, "dimse.listen").await?,
            metrics: bind(config.metrics.listen, "metrics.listen").await?,
        })
    }
}

/// How long open connections may take to finish.
const FAREWELL: Duration = Duration::from_secs(10);

async fn serve(
    app: App,
    listener: TcpListener,
    tls: Option<Tls>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let http = app.ground.config.http.clone();
    let (gate, patience) = (Gate::of(&http), Duration::from_secs(http.header_seconds.into()));
    let service = routes::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let (handle, served) = (axum_server::Handle::new(), tls.as_ref().map(|tls| tls.served.clone()));
    let closing = handle.clone();
    tokio::spawn(async move {
        match tls {
            Some(tls) => tls.watch(stop).await,
            None => stop.cancelled().await,
        }
        closing.graceful_shutdown(Some(FAREWELL));
    });
    let server = axum_server::from_tcp(listener.into_std()?)?.handle(handle).first_request_timeout(patience);
    match served {
        Some(served) => {
            let mut server = server.acceptor(RustlsAcceptor::new(served).acceptor(gate));
            server.http_builder().http1().header_read_timeout(patience);
            server.serve(service).await
        }
        None => {
            let mut server = server.acceptor(gate);
            server.http_builder().http1().header_read_timeout(patience);
            server.serve(service).await
        }
    }
}

async fn bind(address: SocketAddr, key: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| Refusal::internal(format!("{key} = {address}: {e}")))
}

/// Serves until shutdown: HTTP, DIMSE and the worker. `demo` fills an empty store first; `/readyz` answers 503 until then.
/// At the end those who write stop before the worker, so that what they wrote last is told and sealed.
pub async fn run(app: App, listeners: Listeners, demo: bool) -> Result<()> {
    let (shutdown, written) = (app.shutdown.clone(), CancellationToken::new());
    app.rooms.start(&app.ground.config.media)?;
    let serving = tokio::spawn(serve(app.clone(), listeners.http, listeners.tls, shutdown.clone()));
    let counting = tokio::spawn(metrics::serve(listeners.metrics, shutdown.clone()));
    let filled = match admin::keys::flow::check(&app.ground).await {
        Ok(()) if demo => demo::fill(&app).await,
        checked => checked,
    };
    match &filled {
        Ok(()) => app.ready.set(),
        Err(_) => shutdown.cancel(),
    }
    let (ground, imaging) = (app.ground.clone(), app.imaging.clone());
    let receiving = tokio::spawn(studies::run(ground, imaging, listeners.dimse, shutdown.clone()));
    let working = tokio::spawn(worker::run(app.clone(), written.clone()));

    let served = serving.await.map_err(Refusal::internal).and_then(|end| end.map_err(Refusal::internal));
    shutdown.cancel();
    let received = receiving.await.map_err(Refusal::internal);
    let hung_up = app.rooms.stop().await;
    written.cancel();
    let worked = working.await.map_err(Refusal::internal);
    let counted = counting.await.map_err(Refusal::internal).and_then(|end| end.map_err(Refusal::internal));
    [filled, served, received, hung_up, worked, counted].into_iter().collect()
}
