//! The command line, and the only reader of clock, environment and randomness: everything below is told.

use clap::{Parser, Subcommand};
use consult_server::config::Config;
use consult_server::db::audit::Verdict;
use consult_server::error::Refusal;
use consult_server::ids::Entropy;
use consult_server::time::{Clock, Timestamp};
use consult_server::{App, Listeners, admin, beds, demo, directory, routes, run};
use figment::providers::Env;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(version, about = "Telemedicine consultation and regional referral")]
struct Arguments {
    /// A TOML file; every key can be overridden by CONSULT__SECTION__KEY.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until Ctrl-C (the default).
    Serve {
        /// Fill an empty store with the demo alliance first, and say how to sign in.
        #[arg(long)]
        demo: bool,
    },
    /// Fill an empty store with the demo alliance, and end.
    Demo,
    /// Bring the store's schema up to date, and end.
    Migrate,
    /// Print the effective configuration; secrets as ***.
    Config,
    /// Print the OpenAPI description of /api/v1.
    Openapi,
    /// The first administrator, and forgotten passwords: on this machine's console only.
    #[command(subcommand)]
    Admin(Admin),
    /// Check what the server stands on, and say what to do.
    Doctor {
        /// Look through the live store for what must never be: violations are printed, none is expected.
        #[arg(long)]
        invariants: bool,
    },
    /// Check the chain of the audit trail and its anchors.
    VerifyAudit,
    /// The keys that seal identity numbers, phones and addresses: on this machine's console only.
    #[command(subcommand)]
    Keys(Keys),
    /// Take in a file, as a dry run unless --apply is said.
    Import {
        #[command(subcommand)]
        what: Import,
    },
}

#[derive(Subcommand)]
enum Keys {
    /// How many values stand on which key.
    Status,
    /// Make a new key and seal everything again with it, also while the server serves; go on where that was broken off.
    Rotate,
    /// Take an old key out of the key file, once nothing needs it.
    Retire { key: String },
}

#[derive(Subcommand)]
enum Import {
    /// Organisations, departments, people, positions and rosters from a CSV or XLSX file. While a server writes to the same SQLite
    /// store, use the page instead.
    People {
        file: PathBuf,
        /// Do it; without this the report says what would happen.
        #[arg(long)]
        apply: bool,
        /// Whose directory, where the store holds several alliances.
        #[arg(long)]
        alliance: Option<String>,
    },
    /// Bed figures of one organisation by department, from a CSV or XLSX file.
    Beds {
        file: PathBuf,
        /// Whose beds: code or name.
        #[arg(long)]
        organisation: String,
        /// Do it; without this the report says what would happen.
        #[arg(long)]
        apply: bool,
        #[arg(long)]
        alliance: Option<String>,
    },
}

#[derive(Subcommand)]
enum Admin {
    /// Make an administrator; in an empty store the alliance and its first organisation too.
    Create {
        #[command(flatten)]
        new: NewAdmin,
    },
    /// Print a new one-time password for an account, and end its sessions and its lock-out.
    ResetPassword {
        login: String,
        /// Take the account's second factors away too: for a lost phone.
        #[arg(long)]
        second_factor: bool,
    },
    /// Say whose account a subject (`sub`) of the identity provider is.
    Link { login: String, subject: String },
    /// Forget which subject of the identity provider an account belongs to.
    Unlink { login: String },
    /// Let somebody leave: the way for security administrators and auditors, whom no administrator touches.
    Leave { login: String },
    /// Other systems that sign in at /oauth2/token.
    #[command(subcommand)]
    Client(Client),
}

#[derive(Subcommand)]
enum Client {
    /// Make a client, and print its secret: this once.
    Create {
        client_id: String,
        /// Which system it is.
        #[arg(long)]
        name: String,
        /// The organisation it acts in, by name or code.
        #[arg(long)]
        organisation: String,
        /// The role that its scopes narrow, e.g. receiving_doctor.
        #[arg(long)]
        role: String,
        /// With spaces between, e.g. "patients.read studies.write".
        #[arg(long)]
        scopes: String,
        #[arg(long)]
        alliance: Option<String>,
    },
    /// Every client, as JSON.
    List,
    /// Print another secret for a client; the old one and its tokens are worth nothing.
    NewSecret { client_id: String },
    /// Shut a client out for good.
    Revoke { client_id: String },
}

#[derive(clap::Args)]
struct NewAdmin {
    /// The name to sign in with.
    #[arg(long)]
    login: Option<String>,
    /// The person's name.
    #[arg(long)]
    name: Option<String>,
    /// administrator, security_administrator or auditor.
    #[arg(long, default_value = "administrator")]
    role: String,
    /// The alliance's name; asked for in an empty store.
    #[arg(long)]
    alliance: Option<String>,
    /// The organisation's name; in an empty store the first one, made with it.
    #[arg(long)]
    organisation: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("CONSULT_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return fail(&format!("the runtime does not start: {e}")),
    };
    match runtime.block_on(execute(arguments)) {
        Ok(code) => code,
        Err(refusal) => fail(&refusal.internal.unwrap_or_else(|| refusal.code.en().to_owned())),
    }
}

async fn execute(arguments: Arguments) -> Result<ExitCode, Refusal> {
    let config = Config::load(arguments.config.as_deref(), Env::prefixed("CONSULT__").split("__"))
        .map_err(Refusal::internal)?;
    match arguments.command.unwrap_or(Command::Serve { demo: false }) {
        Command::Serve { demo } => serve(config, demo).await?,
        Command::Demo => demo::fill(&open(config).await?).await?,
        Command::Migrate => drop(open(config).await?),
        Command::Config => println!("{}", config.shown()),
        Command::Openapi => println!("{}", routes::openapi().to_pretty_json().map_err(Refusal::internal)?),
        Command::Admin(Admin::Create { new }) => create_admin(&open(config).await?, new).await?,
        Command::Admin(Admin::ResetPassword { login, second_factor }) => {
            let app = open(config).await?;
            let password = admin::reset_password(&app.ground, &login, second_factor).await?;
            println!("one-time password of {login}: {password}");
        }
        Command::Admin(Admin::Client(command)) => service_client(&open(config).await?, command).await?,
        Command::Admin(Admin::Link { login, subject }) => {
            admin::link(&open(config).await?.ground, &login, &subject).await?;
        }
        Command::Admin(Admin::Unlink { login }) => admin::unlink(&open(config).await?.ground, &login).await?,
        Command::Doctor { invariants } => return doctor(config, invariants).await,
        Command::Admin(Admin::Leave { login }) => admin::leave(&open(config).await?.ground, &login).await?,
        Command::VerifyAudit => return verify_audit(config).await,
        Command::Keys(command) => return keys(config, command).await,
        Command::Import { what: Import::People { file, apply, alliance } } => {
            return import_people(config, &file, apply, alliance.as_deref()).await;
        }
        Command::Import { what: Import::Beds { file, organisation, apply, alliance } } => {
            let bytes = std::fs::read(&file).map_err(Refusal::internal)?;
            let ground = open(config).await?.ground;
            let report =
                beds::console::import(&ground, &bytes, alliance.as_deref(), &organisation, apply).await?;
            println!("{}", serde_json::to_string_pretty(&report).map_err(Refusal::internal)?);
            return Ok(if report.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes what was not given on the command line from the console.
async fn create_admin(app: &App, given: NewAdmin) -> Result<(), Refusal> {
    let is_empty = admin::is_empty(&app.ground).await?;
    let alliance = match given.alliance {
        None if is_empty => Some(ask("alliance")?),
        alliance => alliance,
    };
    let new = admin::NewAdmin {
        alliance,
        organisation: given.organisation.map_or_else(|| ask("organisation"), Ok)?,
        name: given.name.map_or_else(|| ask("person's name"), Ok)?,
        login: given.login.map_or_else(|| ask("login"), Ok)?,
        role: given.role,
    };
    let login = new.login.clone();
    let password = admin::create(&app.ground, new).await?;
    println!("one-time password of {login}: {password}");
    Ok(())
}

async fn service_client(app: &App, command: Client) -> Result<(), Refusal> {
    use admin::clients;
    let ground = &app.ground;
    match command {
        Client::Create { client_id, name, organisation, role, scopes, alliance } => {
            let new = clients::NewClient { client_id, name, alliance, organisation, role, scopes };
            println!("client_secret: {}", clients::create(ground, new).await?);
        }
        Client::List => {
            let clients = clients::list(ground).await?;
            println!("{}", serde_json::to_string_pretty(&clients).map_err(Refusal::internal)?);
        }
        Client::NewSecret { client_id } => {
            println!("client_secret: {}", clients::renew_secret(ground, &client_id).await?);
        }
        Client::Revoke { client_id } => clients::revoke(ground, &client_id).await?,
    }
    Ok(())
}

fn ask(what: &str) -> Result<String, Refusal> {
    use std::io::Write as _;
    print!("{what}: ");
    std::io::stdout().flush().map_err(Refusal::internal)?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Refusal::internal)?;
    match line.trim() {
        "" => Err(Refusal::internal(format!("{what} is missing"))),
        given => Ok(given.to_owned()),
    }
}

async fn open(config: Config) -> Result<App, Refusal> {
    App::open(config, machine_clock(), machine_entropy()).await
}

async fn serve(config: Config, demo: bool) -> Result<(), Refusal> {
    let listeners = Listeners::bind(&config).await?;
    let greeting = greeting(&config, demo);
    let app = open(config).await?;
    let shutdown = app.shutdown.clone();
    tokio::spawn(async move {
        stop_asked().await;
        tracing::info!("stopping");
        shutdown.cancel();
    });
    let ready = app.ready.clone();
    tokio::spawn(async move {
        ready.wait().await;
        println!("{greeting}");
    });
    run(app, listeners, demo).await
}

/// Ctrl-C, or the SIGTERM of a service manager.
async fn stop_asked() {
    let mut term = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(term) => term,
        Err(e) => return tracing::error!(cause = %e, "signals cannot be heard"),
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

fn greeting(config: &Config, demo: bool) -> String {
    let accounts = if demo { demo::ACCOUNTS_TEXT } else { "" };
    format!("\n  {}\n  data: {}\n{accounts}", config.http.public_url, config.objects.url)
}

/// Prints the report of the page as JSON; fails when nothing can be taken in.
async fn import_people(
    config: Config,
    file: &std::path::Path,
    apply: bool,
    alliance: Option<&str>,
) -> Result<ExitCode, Refusal> {
    let bytes = std::fs::read(file).map_err(Refusal::internal)?;
    let named = directory::import::file::Named::by_name(&file.to_string_lossy());
    let app = open(config).await?;
    let report = directory::import::flow::at_console(&app.ground, (bytes, named), alliance, apply).await?;
    println!("{}", serde_json::to_string_pretty(&report).map_err(Refusal::internal)?);
    Ok(if report.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn keys(config: Config, command: Keys) -> Result<ExitCode, Refusal> {
    let app = open(config).await?;
    let ground = &app.ground;
    match command {
        Keys::Status => print!("{}", admin::keys::flow::status(ground).await?),
        Keys::Rotate => {
            let done = admin::keys::flow::rotate(ground, |at| {
                println!("{:<18} {:>8} of {}", at.column, at.moved, at.of);
            })
            .await?;
            let how = if done.resumed { "the rotation went on" } else { "a new key" };
            println!("{how}: {} values stand on the key {} now", done.moved, done.key.id);
            for value in &done.broken {
                eprintln!("no key opens {value}");
            }
            if !done.broken.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
        Keys::Retire { key } => {
            admin::keys::flow::retire(ground, &key).await?;
            println!(
                "the key {key} is out of the key file. Copies of the store from before the rotation still need it."
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn doctor(config: Config, invariants: bool) -> Result<ExitCode, Refusal> {
    let app = open(config).await?;
    let mut is_well = true;
    if invariants {
        let violations = admin::doctor::invariants::check(&app.ground.db, app.ground.now()).await?;
        for violation in &violations {
            println!("{} {}: {}", violation.invariant, violation.sentence, violation.of);
        }
        println!("{} violations", violations.len());
        is_well = violations.is_empty();
    } else {
        for finding in admin::doctor::surroundings::check(&app).await {
            let (mark, said) = match &finding.state {
                Ok(said) => ("ok  ", said),
                Err(said) => ("FAIL", said),
            };
            is_well &= finding.state.is_ok();
            println!("{mark} {:<15} {said}", finding.what);
        }
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn verify_audit(config: Config) -> Result<ExitCode, Refusal> {
    let app = open(config).await?;
    let anchors = app.ground.reads.anchors();
    let verdict = consult_server::db::audit::verify(&mut *app.ground.db.read().await?, &anchors).await?;
    Ok(match verdict {
        Verdict::Whole { entries, head } => {
            println!("whole: {entries} entries, head {head}");
            ExitCode::SUCCESS
        }
        Verdict::Broken { seq, id } => fail(&format!("broken at entry {seq} ({id})")),
        Verdict::AnchorMissing { seq } => {
            fail(&format!("the anchored head at entry {seq} is not in the chain"))
        }
        Verdict::Unanchored { entries } => fail(&format!(
            "{entries} entries fit together, but the last of them are anchored nowhere: {} is missing or was cut",
            anchors.display()
        )),
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
fn machine_clock() -> Clock {
    Clock::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

fn machine_entropy() -> Entropy {
    let random = SystemRandom::new();
    Entropy::new(move |bytes| {
        // Without randomness nothing here may go on: tokens and nonces would repeat.
        if random.fill(bytes).is_err() {
            std::process::abort();
        }
    })
}

fn fail(sentence: &str) -> ExitCode {
    eprintln!("consult-server: {sentence}");
    ExitCode::FAILURE
}
