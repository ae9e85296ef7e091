//! Locks with the desktop's session: who leaves the machine locks what is open here too.

use gio::glib::Variant;
use gio::{BusType, Cancellable, DBusConnection, DBusSignalFlags};

use crate::app::App;

/// What is listened to: bus, sender, interface, signal. Where the sender is not named, any program of the person's may
/// say it; it can only lock.
const SIGNALS: [(BusType, Option<&str>, &str, &str); 7] = [
    // logind, which desktops and `loginctl lock-session` go through.
    (BusType::System, Some("org.freedesktop.login1"), "org.freedesktop.login1.Session", "Lock"),
    (BusType::System, Some("org.freedesktop.login1"), "org.freedesktop.login1.Manager", "PrepareForSleep"),
    // The desktops' own lock screens.
    (BusType::Session, None, "org.freedesktop.ScreenSaver", "ActiveChanged"),
    (BusType::Session, None, "org.gnome.ScreenSaver", "ActiveChanged"),
    (BusType::Session, None, "org.cinnamon.ScreenSaver", "ActiveChanged"),
    (BusType::Session, None, "org.mate.ScreenSaver", "ActiveChanged"),
    (BusType::Session, None, "org.xfce.ScreenSaver", "ActiveChanged"),
];

/// Locks `app` whenever the desktop's session is locked or the machine goes to sleep, where the agency does not say
/// otherwise. Call it on the window's thread. A machine without these buses has no session that is locked.
pub fn follow(app: &App) {
    for bus in [BusType::System, BusType::Session] {
        let app = app.clone();
        gio::bus_get(bus, Cancellable::NONE, move |connection| match connection {
            Ok(connection) => listen(bus, &connection, &app),
            Err(_) => tracing::warn!(system = bus == BusType::System, "the window does not lock with the desktop's session"),
        });
    }
}

fn listen(bus: BusType, connection: &DBusConnection, app: &App) {
    for (_, sender, interface, signal) in SIGNALS.into_iter().filter(|(of, ..)| *of == bus) {
        // A subscription lasts as long as its connection, which is held here for as long as the subscription lasts.
        let (app, held) = (app.clone(), connection.clone());
        connection.signal_subscribe(
            sender,
            Some(interface),
            Some(signal),
            None,
            None,
            DBusSignalFlags::NONE,
            move |_, _, _, _, _, said| {
                let _ = &held;
                if locks(said) {
                    let app = app.clone();
                    // Locking may wait for the keyring, and the window's thread for nothing.
                    std::thread::spawn(move || app.lock_with_session());
                }
            },
        );
    }
}

/// True for a signal that says nothing more, or says true.
fn locks(said: &Variant) -> bool {
    said.n_children() == 0 || said.child_value(0).get::<bool>() == Some(true)
}

#[cfg(test)]
mod tests {
    use gio::glib::variant::ToVariant;

    use super::*;

    #[test]
    fn a_session_that_is_locked_locks_and_one_that_is_unlocked_does_not() {
        let table = [(().to_variant(), true), ((true,).to_variant(), true), ((false,).to_variant(), false)];
        for (said, wanted) in table {
            assert_eq!(locks(&said), wanted, "{said:?}");
        }
    }
}
