Console.WriteLine("flashdrive");
